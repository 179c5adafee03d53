/** The runtime that is watched, in a machine of its own. */
import { readlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { stringify } from '../../src/spec/stringify.ts';
import type { Spec } from '../../src/spec/types.ts';
import { type Bundle, makeBundle, makeTemplate, USER } from '../../test/integration/harness/bundle.ts';
import { type Command, type CommandOptions, Machine, type Result } from '../../test/integration/harness/machine.ts';
import { subject } from '../../test/integration/harness/subject.ts';
import { until } from '../../test/integration/harness/until.ts';
import { namespaceLinks } from './inside.ts';

export type Who = 'root' | 'rootless';

export class Subject {
  readonly name = subject.name;
  readonly machine = new Machine();
  /** Pid in the machine of a process that has network, ipc and uts namespaces of its own. */
  holder = 0;
  #bundles = 0;

  async start(): Promise<void> {
    await this.machine.start(`differential-${this.name}`);
    makeTemplate(this.machine);
    await this.machine.must(['sh', '-ec', machineSetup]);
    const holder = this.machine.spawn(['unshare', '--net', '--ipc', '--uts', '/run/tools/machine', 'hold'], {
      timeout: 0,
    });
    this.holder = await until('the holder of namespaces', () => Number(holder.stdout) || undefined);
  }

  async stop(): Promise<void> {
    await this.machine.stop();
  }

  /** The links of the machine's own namespaces. */
  namespaces(): string[] {
    return namespaceLinks((name) => readlinkSync(this.machine.path(`/proc/1/ns/${name}`)));
  }

  bundle(who: Who): Bundle {
    return makeBundle(this.machine, `bundle-${++this.#bundles}`, who);
  }

  spawn(args: readonly string[], who: Who, options: CommandOptions = {}): Command {
    const identity = who === 'root' ? {} : { uid: USER, env: { XDG_RUNTIME_DIR: `/run/user/${USER}` } };
    const argv = [subject.program, '--root', who === 'root' ? '/run/state' : `/run/user/${USER}/state`, ...args];
    return this.machine.spawn(argv, { ...identity, ...options, env: { ...identity.env, ...options.env } });
  }

  async run(args: readonly string[], who: Who, options: CommandOptions = {}): Promise<Result> {
    const command = this.spawn(args, who, options);
    command.child.stdin?.end();
    return command.result();
  }
}

/** The state roots; and a home folder that others may pass, for the peers lie below it. */
const machineSetup = `
mkdir -p -m 700 /run/state
mkdir -p /run/user/${USER}/state && chown -R ${USER}:${USER} /run/user/${USER}
mkdir /run/home && mount --rbind "${homedir()}" /run/home
mount -t tmpfs -o mode=755 tmpfs "${homedir()}"
mkdir -p /run/home/.cache "${homedir()}/.cache"
mount --rbind /run/home/.cache "${homedir()}/.cache"
umount -l /run/home
`;

/** Writes a configuration, or a text that is none. */
export function write(bundle: Bundle, config: Spec | string): void {
  writeFileSync(`${bundle.outside.path}/config.json`, typeof config === 'string' ? config : stringify(config));
}
