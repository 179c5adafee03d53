import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RuntimeError } from '../../../src/errors.ts';
import { Options, RuntimeOptions } from '../../../src/proto/options.js';
import { readOptions, savedOptions, saveOptions } from '../../../src/shim/options.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

const unset = {
  root: '/run/containerd/hoist',
  systemdCgroup: false,
  noPivotRoot: false,
  noNewKeyring: false,
  ioUid: 0,
  ioGid: 0,
  shimCgroup: '',
  criuImagePath: '',
  criuWorkPath: '',
  grouping: '',
};

function runc(options: Options.$Properties) {
  return { typeUrl: 'containerd.runc.v1.Options', value: Options.encode(options).finish() };
}

function toml(body: string, configPath = '') {
  const value = RuntimeOptions.encode({ configPath, configBody: new TextEncoder().encode(body) }).finish();
  return { typeUrl: 'runtimeoptions.v1.Options', value };
}

async function refusal(any: { typeUrl: string; value: Uint8Array }): Promise<string> {
  try {
    await readOptions(any);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'InvalidArgument') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe("the runtime's options", () => {
  it.each([undefined, null, {}, { typeUrl: '', value: new Uint8Array() }])('are the defaults for %j', (any) => {
    expect(readOptions(any)).toEqual(unset);
  });

  it('are read from the message for runc', () => {
    const given = { root: '/r', systemdCgroup: true, ioUid: 7, ioGid: 8, shimCgroup: '/s', criuWorkPath: '/w' };
    expect(readOptions(runc(given))).toEqual({ ...unset, ...given });
    expect(readOptions(runc({ noPivotRoot: true, noNewKeyring: true, criuImagePath: '/i' }))).toEqual({
      ...unset,
      noPivotRoot: true,
      noNewKeyring: true,
      criuImagePath: '/i',
    });
  });

  it("are read from the message of containerd's first shim, which ctr 1.x sends", async () => {
    // no_pivot_root, shim_cgroup "s", io_uid 7, io_gid 8
    const value = new Uint8Array([0x08, 1, 0x4a, 1, 0x73, 0x50, 7, 0x58, 8]);
    const given = { noPivotRoot: true, shimCgroup: 's', ioUid: 7, ioGid: 8 };
    expect(await readOptions({ typeUrl: 'containerd.linux.runc.CreateOptions', value })).toEqual({
      ...unset,
      ...given,
    });
  });

  it('may have a URL for a type', () => {
    const { value } = runc({ root: '/r' });
    expect(readOptions({ typeUrl: 'type.googleapis.com/containerd.runc.v1.Options', value })).toMatchObject({
      root: '/r',
    });
  });

  it('tell of what has no effect', async () => {
    const ignored: string[] = [];
    readOptions(runc({ binaryName: '/usr/bin/crun' }), (what) => ignored.push(what));
    await readOptions(toml('BinaryName = "crun"\nNew = 1'), (what) => ignored.push(what));
    expect(ignored).toEqual([
      'BinaryName /usr/bin/crun: containers run in this program',
      'BinaryName in ConfigBody',
      'New in ConfigBody',
    ]);
  });

  it('are read from TOML, as CRI sends them', async () => {
    const body =
      'SystemdCgroup = true\nRoot = "/r"\nIoUid = 1000\nIoGid = 1001\nGrouping = "namespace"\nshimcgroup = "/s"';
    expect(await readOptions(toml(body))).toEqual({
      ...unset,
      systemdCgroup: true,
      root: '/r',
      ioUid: 1000,
      ioGid: 1001,
      grouping: 'namespace',
      shimCgroup: '/s',
    });
    expect(await readOptions(toml('Root = ""'))).toEqual(unset);
  });

  it('are read from a file, as docker sends them, and the body counts more', async () => {
    const path = join(folder, 'hoist.toml');
    writeFileSync(path, 'Root = "/file"\nNoPivotRoot = true\n');
    expect(await readOptions(toml('', path))).toEqual({ ...unset, root: '/file', noPivotRoot: true });
    expect(await readOptions(toml('Root = "/body"', path))).toEqual({ ...unset, root: '/body', noPivotRoot: true });
    await expect(async () => await readOptions(toml('', join(folder, 'none')))).rejects.toThrow(
      `open ${folder}/none: no such file or directory`,
    );
  });

  it.each([
    ['SystemdCgroup = "yes"', 'SystemdCgroup must be true or false, not "yes"'],
    ['IoUid = -1', 'IoUid must be a number from 0 to 4294967295, not -1'],
    ['Root = 1', 'Root must be a string, not 1'],
    ['Grouping = "all"', 'Grouping must be "container", "pod" or "namespace", not "all"'],
    ['Root = ', expect.stringMatching(/line 1, column \d+: /)],
  ])('say what is wrong with %s', async (body, problem) => {
    const message = await refusal(toml(body));
    const before = "the runtime's options (ConfigBody) are wrong: ";
    expect(message.slice(0, before.length)).toBe(before);
    expect(message.slice(before.length)).toEqual(problem);
  });

  it('of a kind that is not known are refused in the words of Go', async () => {
    expect(await refusal({ typeUrl: 'windows.Options', value: new Uint8Array([1]) })).toBe(
      'type with url windows.Options: not found',
    );
  });

  it('that are cut off are refused', async () => {
    expect(await refusal({ typeUrl: 'containerd.runc.v1.Options', value: new Uint8Array([0x3a, 9, 1]) })).toMatch(
      /^cannot decode the runtime's options: /,
    );
  });

  it('come back from the bundle, for whoever cleans up', () => {
    const options = { ...unset, root: '/elsewhere', grouping: 'pod' as const };
    expect(savedOptions(folder)).toEqual(unset);
    saveOptions(folder, options);
    expect(savedOptions(folder)).toEqual(options);
    expect(statSync(join(folder, 'options.json')).mode & 0o777).toBe(0o600);
  });
});
