/** Boots a guest for one command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Qemu } from './qemu.ts';

export interface Guest {
  /** The folder of `rootfs.ext4`, `vmlinuz` and `initrd.img`; the disk is not written to. */
  readonly image: string;
  /** More for the kernel's command line. */
  readonly append: string;
  /** The disk that becomes `/job`; what the guest writes to it is forgotten. */
  readonly job: string;
}

export interface Outcome {
  /** The exit code of the command; undefined when the guest ended, or was ended, without one. */
  readonly code: number | undefined;
  /** What the guest's kernel and systemd said last, and QEMU. */
  readonly console: string;
  readonly timedOut: boolean;
}

/**
 * Quiet, for a serial console is slow; `panic=-1` and `-no-reboot` end QEMU when the guest's kernel panics. The processor's
 * counter is calibrated wrongly on a busy machine, and a clock by it ran four times too fast: hpet is QEMU's own.
 */
const KERNEL =
  'root=/dev/vda rw rootfstype=ext4 console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off audit=0 clocksource=hpet ' +
  'no_timer_check nowatchdog random.trust_cpu=on systemd.show_status=0 net.ifnames=0';

/**
 * Runs `command` by bash, as root, in `/job`.
 * @param folder for the files of this boot
 * @param seconds until the guest is ended
 * @param output gets what the command prints, as it does
 */
export async function boot(
  qemu: Qemu,
  guest: Guest,
  command: string,
  folder: string,
  seconds: number,
  output: (text: string) => void,
): Promise<Outcome> {
  const files = { command: join(folder, 'command'), console: join(folder, 'console'), code: join(folder, 'code') };
  // A raw disk has whole sectors: the guest drops the zeros.
  const length = Math.ceil((Buffer.byteLength(command) + 1) / 512) * 512;
  writeFileSync(files.command, Buffer.concat([Buffer.from(`${command}\n`)], length));
  const disk = (file: string, index: number) => [
    ...['-drive', `if=none,id=disk${index},format=raw,file=${file},cache=unsafe,snapshot=on`],
    ...['-device', `virtio-blk-pci,drive=disk${index}`],
  ];
  const port = (chardev: string, index: number) => [
    ...['-chardev', `${chardev},id=port${index}`, '-serial', `chardev:port${index}`],
  ];
  const child = spawn(
    qemu.program,
    [
      ...qemu.firmware,
      ...[
        '-machine',
        'q35',
        '-accel',
        'tcg,thread=multi,tb-size=512',
        '-cpu',
        'max,la57=off',
        '-smp',
        '2',
        '-m',
        '2048',
      ],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-nic', 'none'],
      ...['-device', 'virtio-rng-pci'],
      ...['-kernel', join(guest.image, 'vmlinuz'), '-initrd', join(guest.image, 'initrd.img')],
      ...['-append', `${KERNEL} ${guest.append}`],
      ...[join(guest.image, 'rootfs.ext4'), files.command, guest.job].flatMap(disk),
      ...[`file,path=${files.console}`, 'stdio,signal=off', `file,path=${files.code}`].flatMap(port),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', output);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const stop = () => child.kill('SIGKILL');
  process.on('exit', stop);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, seconds * 1000);
  await once(child, 'close');
  clearTimeout(timer);
  process.off('exit', stop);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const code = /^\d+/.exec(read(files.code))?.[0];
  const tail = `${complaints}${read(files.console)}`.trimEnd().split('\n').slice(-40).join('\n');
  return { code: code === undefined ? undefined : Number(code), console: tail, timedOut };
}
