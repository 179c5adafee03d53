import { describe, expect, it } from 'vitest';
import { refuseUnsupported } from '../../../src/plan/unsupported.ts';
import type { Linux, Spec } from '../../../src/spec/types.ts';

const spec = (linux: Linux): Spec => ({ ociVersion: '1.3.0', root: { path: 'rootfs' }, linux });

describe('what is not supported yet', () => {
  it.each<[string, Linux, string]>([
    [
      'a network device',
      { netDevices: { eth0: {} } },
      'moving network devices is not supported yet: linux.netDevices.eth0',
    ],
  ])('is refused: %s', (_what, linux, message) => {
    expect(() => refuseUnsupported(spec(linux))).toThrow(
      expect.objectContaining({ code: 'Unimplemented', message, detail: expect.objectContaining({ stage: 'config' }) }),
    );
  });

  it('is only what is asked for', () => {
    expect(() => refuseUnsupported(spec({ netDevices: {} }))).not.toThrow();
    expect(() => refuseUnsupported({ ociVersion: '1.3.0', root: { path: 'rootfs' } })).not.toThrow();
  });
});
