/** The longer words about each command, for the help and the manual; not loaded by anything else. */

import type { CommandName } from './table.ts';

export interface Text {
  /** Paragraphs without line breaks. */
  readonly description: readonly string[];
  readonly examples?: readonly (readonly [command: string, meaning: string])[];
}

const bundle =
  'A bundle is a directory with a specification file named "config.json" and a root filesystem. The container-id is your ' +
  'name for the container; it must be unique on the host (below one --root).';

export const texts: Readonly<Record<CommandName, Text>> = {
  checkpoint: {
    description: [
      'Saves the state of a running container to files, by criu, which must be in PATH, and deletes the container, unless --leave-running or --pre-dump is given.',
      'Its standard streams must be pipes, a terminal of its own or /dev/null, and whatever its processes hold open must be in the container.',
      'The annotation org.criu.config names a configuration file of criu (default: /etc/criu/runc.conf), which overrides these options.',
    ],
    examples: [
      ['hoist checkpoint --image-path /var/tmp/web web', 'save the container web'],
      ['hoist checkpoint --pre-dump --image-path /var/tmp/pre web', 'save its memory, while it goes on …'],
      ['hoist checkpoint --image-path /var/tmp/web --parent-path ../pre web', '… and then only what has changed since'],
    ],
  },
  create: {
    description: [
      'Creates a container from a bundle: namespaces, mounts, cgroups and everything else is set up, and a first process waits for `start`.',
      bundle,
    ],
    examples: [['hoist create --bundle /containers/web --pid-file /run/web.pid web', 'create a container named web']],
  },
  delete: {
    description: [
      'Deletes what a stopped container leaves: its cgroups, its state, and runs its poststop hooks.',
      'With --force a container that still runs is killed first, and a container that does not exist is no error.',
      'With --regex every container whose name the expression finds is deleted; one that cannot be is a warning.',
    ],
    examples: [
      ['hoist delete web', 'delete the stopped container web'],
      [`hoist delete --force --regex '^test-'`, 'delete all whose names begin so'],
    ],
  },
  events: {
    description: [
      'Prints what a container uses (processor, memory, processes, block devices, huge pages) again and again, and each time that the kernel ends one of its processes for want of memory: one JSON object a line, until the container ends.',
    ],
    examples: [
      ['hoist events --interval 1s web', 'once a second'],
      ['hoist events --stats web', 'once'],
    ],
  },
  exec: {
    description: [
      'Starts one more process in a container. It is that of the bundle as config.json has it now, with the words after the container-id for its arguments and with what the options change; or that of a process.json.',
      'In the foreground it hands signals and the terminal on and exits with the code of the process (128 + N when a signal N ended it), and with 255 when the process could not be started.',
    ],
    examples: [
      ['hoist exec web ps', 'run ps in the container web'],
      ['hoist exec -t -u 1000:1000 -e LANG=C web sh', 'a shell in a terminal, as another user'],
      ['hoist exec -d -p process.json web', 'a process from a file, in the background'],
    ],
  },
  kill: {
    description: [
      "Sends a signal to the container's first process. The signal is a number or a name, with or without SIG; the default is SIGTERM.",
    ],
    examples: [['hoist kill web KILL', 'kill the container web']],
  },
  list: {
    description: ['Lists the containers below the state root, those of --root when it is given.'],
    examples: [
      ['hoist list', 'the containers of the default root'],
      ['hoist --root /run/other list -f json', 'those of another, as JSON'],
    ],
  },
  mounts: {
    description: [
      'Adds mounts to a container that runs, or removes some. The file has an array of mounts as in config.json, or an object with a member `mounts`; to remove, only their destinations count.',
      'What is added is not saved anywhere: it ends with the container.',
    ],
    examples: [
      ['hoist mounts add web more.json', 'mount what more.json says'],
      ['hoist mounts remove web more.json', 'take it away again'],
    ],
  },
  pause: {
    description: [
      'Freezes all processes of a container where they are, until `resume`. A signal that is sent meanwhile waits; only SIGKILL through `kill` does not.',
    ],
  },
  ps: {
    description: [
      'Shows the processes of a container as `ps -ef` does. With ps-options the table is what `ps` of the host prints, kept to the processes of the container; it needs a column PID.',
      'With --format json only the pids are printed, as the host sees them.',
    ],
    examples: [
      ['hoist ps web', 'all of them'],
      ['hoist ps web -o pid,rss,args', 'with columns of your choice'],
    ],
  },
  restore: {
    description: [
      'Makes a container again from the files of a checkpoint, with a bundle like the one that it had. New pipes take the place of those that were its standard streams.',
      'Runs in the foreground and deletes the container when it ends, unless --detach is given.',
    ],
    examples: [
      ['hoist restore --detach --bundle /containers/web --image-path /var/tmp/web web', 'restore the container web'],
    ],
  },
  resume: { description: ['Lets the processes of a paused container go on.'] },
  run: {
    description: [
      'Creates a container and starts it. In the foreground it hands signals and the terminal on, waits for the process, deletes the container and exits with its code (128 + N when a signal N ended it).',
      bundle,
    ],
    examples: [
      ['hoist run --bundle /containers/web web', 'run a container in the foreground'],
      ['hoist run -d -b /containers/web web', 'run it in the background'],
    ],
  },
  spec: {
    description: [
      'Writes a config.json to start from, which runs `sh` in `rootfs`. A file that is there is never overwritten.',
      'With --rootless the file suits a user without privileges; it is not needed for root in a user namespace.',
      'With --plan nothing is written: the config.json of the bundle is read, and the operations that would set its container up are printed in their order.',
    ],
    examples: [
      ['mkdir -p web/rootfs && hoist spec -b web', 'start a bundle'],
      ['hoist spec --plan -b web', 'see what its container would be made of'],
    ],
  },
  start: { description: ['Lets the process of a created container begin.'] },
  state: { description: ['Prints the state of a container as JSON.'] },
  update: {
    description: [
      'Changes the limits of a container that runs, is paused or waits for its start. What is not given stays; when one limit is refused, none is changed. Sizes take units (b, k, m, g, t: powers of 1024), -1 means no limit.',
      'A file has the form of linux.resources in config.json: memory (limit, reservation, swap, checkBeforeUpdate), cpu, pids, blockIO, hugepageLimits, unified and so on. Device rules in it are left as they are.',
    ],
    examples: [
      ['hoist update --memory 512m --pids-limit 100 web', 'change two limits'],
      [`echo '{"cpu": {"shares": 512}}' | hoist update -r - web`, 'change what is read'],
    ],
  },
  features: {
    description: [
      'Prints what this build knows as JSON: the features document of the OCI runtime specification (features.md). What the host supports is another question.',
    ],
  },
  completion: {
    description: ['Prints a script that lets a shell complete commands, options, files and container names.'],
    examples: [['hoist completion bash > /etc/bash_completion.d/hoist', 'for bash']],
  },
};

export const about = [
  'hoist runs containers from OCI bundles (directories with a config.json and a root filesystem). Its commands, options, messages and exit codes are those of runc.',
];
