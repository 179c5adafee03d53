import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

describe.each(['root', 'rootless', 'userns'] as const)('paths, runtime called by %s', (mode) => {
  it('that are masked show nothing, be it a file or a folder', async () => {
    const caller = scene.as(mode);
    const bundle = caller.newBundle();
    mkdirSync(`${bundle.outside.rootfs}/etc/secrets`);
    writeFileSync(`${bundle.outside.rootfs}/etc/secrets/key`, 'secret');
    writeFileSync(`${bundle.outside.rootfs}/etc/secret`, 'secret');
    const [file, kind, folder, write] = await caller.facts(
      [
        ['read', '/etc/secret'],
        ['lstat', '/etc/secret'],
        ['list', '/etc/secrets'],
        ['open', '/etc/secrets/new', 'c'],
      ],
      (config) => {
        config.linux.maskedPaths?.push('/etc/secret', '/etc/secrets', '/etc/not-there');
      },
      { bundle },
    );
    expect([file, folder, write]).toEqual(['', '', 'EROFS']);
    expect(kind).toMatch(/^char .* dev 1:3/);
  });

  it('that the default configuration masks are out of reach', async () => {
    const [keys, firmware] = await scene.as(mode).facts([
      ['read', '/proc/keys'],
      ['list', '/sys/firmware'],
    ]);
    expect([keys, firmware]).toEqual(['', '']);
  });

  it('that are read-only cannot be written', async () => {
    const [sysctl, own] = await scene.as(mode).facts(
      [
        ['write', '/proc/sys/kernel/domainname', 'x'],
        ['mkdir', '/tmp/sub'],
      ],
      (config) => {
        config.root.readonly = false;
        config.linux.readonlyPaths?.push('/tmp', '/not-there');
      },
    );
    expect(sysctl).toMatch(/^(EROFS|EACCES)$/);
    expect(own).toBe('EROFS');
  });
});

describe('a read-only path', () => {
  it('keeps the other attributes of what is there', async (context) => {
    notOn(context, { crun: '1.9' }, 'drops them');
    const [text = ''] = await scene.as('root').facts([['mounts', '/dev/shm']], (config) => {
      config.linux.readonlyPaths = ['/dev/shm'];
    });
    expect(text.split('\n').at(-1)).toMatch(/ \/dev\/shm ro,nosuid,nodev,noexec,/);
  });

  it('without lists leaves everything open', async () => {
    const [domain] = await scene.as('root').facts([['write', '/proc/sys/kernel/domainname', 'x']], (config) => {
      delete config.linux.readonlyPaths;
      delete config.linux.maskedPaths;
    });
    expect(domain).toBe('ok');
  });
});
