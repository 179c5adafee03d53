import { expect, it } from 'vitest';
import { criu_req as Request, criu_resp as Response, criu_req_type as Type } from '../../../src/proto/criu.js';

it("a request has criu's numbers on the wire", () => {
  const opts = { imagesDirFd: 5, pid: 300, leaveRunning: true, logFile: 'dump.log' };
  // Field and type, then the value, as protoc has it (protobuf.dev, Encoding).
  const inner = [0x08, 5, 0x10, 0xac, 0x02, 0x18, 1, 0x52, 8, ...new TextEncoder().encode('dump.log')];
  expect([...Request.encode({ type: Type.DUMP, opts }).finish()]).toEqual([0x08, 1, 0x12, inner.length, ...inner]);
});

it('an answer without what it must have is refused', () => {
  expect(Response.decode(Uint8Array.of(0x08, 10, 0x10, 1))).toMatchObject({ type: Type.VERSION, success: true });
  expect(() => Response.decode(Uint8Array.of(0x08, 10))).toThrow(/missing required/);
  expect(() => Response.decode(Uint8Array.of(0x0a, 200, 1))).toThrow();
});
