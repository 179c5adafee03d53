import { constants } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';

const master = native.open('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
const file = native.open('/dev/null', constants.O_RDONLY);
afterAll(() => {
  native.close(master);
  native.close(file);
});

describe('terminals', () => {
  it('keep their size', () => {
    native.setWindowSize(master, 120, 40);
    expect(native.windowSize(master)).toEqual({ columns: 120, rows: 40 });
    native.setWindowSize(master, 65535, 0);
    expect(native.windowSize(master)).toEqual({ columns: 65535, rows: 0 });
  });

  it('lose the newline mapping', () => {
    native.clearNewlineMapping(master);
    native.clearNewlineMapping(master);
  });

  it('are not files', () => {
    expect(() => native.setWindowSize(file, 1, 1)).toThrow('ioctl: inappropriate ioctl for device');
    expect(() => native.windowSize(file)).toThrow(expect.objectContaining({ code: 'ENOTTY' }));
    expect(() => native.clearNewlineMapping(file)).toThrow('tcgetattr: inappropriate ioctl for device');
  });
});
