import { describe, expect, it } from 'vitest';
import { versionCall, versionIn } from '../../../src/shim/bootstrap/engine-version.ts';

const settings = Buffer.from('000000040000000000', 'hex');
const body = Buffer.from('\n\x06v2.1.9');
const data = Buffer.concat([Buffer.from([0, 0, body.length + 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, body.length]), body]);

describe("containerd's version", () => {
  it('is asked for by a call without content', () => {
    const call = Buffer.from(versionCall());
    expect(call.toString('latin1')).toContain('/containerd.services.version.v1.Version/Version');
    expect(call.subarray(-14).toString('hex')).toBe('0000050001000000010000000000');
  });

  it('is in the first frame with content', () => {
    expect(versionIn(Buffer.concat([settings, data]))).toBe('v2.1.9');
  });

  it('is waited for', () => {
    expect(versionIn(settings)).toBeUndefined();
    expect(versionIn(Buffer.concat([settings, data.subarray(0, -1)]))).toBeUndefined();
  });
});
