import { IO_PRIORITY_CLASSES, RLIMIT_TYPES, SCHEDULER_FLAGS, SCHEDULER_POLICIES } from '../enums.ts';
import type {
  Capabilities,
  ConsoleSize,
  ExecCpuAffinity,
  IoPriority,
  Process,
  Rlimit,
  Scheduler,
  User,
} from '../types.ts';
import {
  BOOLEAN,
  ID,
  INT32,
  int,
  LONG_STRINGS,
  listOf,
  object,
  oneOf,
  STRING,
  STRINGS,
  UINT16,
  UINT32,
  UINT64,
} from './rule.ts';

/** The kernel's NGROUPS_MAX. */
const GROUPS_MAX = 65_536;

const USER = object<User>({ uid: ID, gid: ID, umask: UINT32, additionalGids: listOf<number>(ID, GROUPS_MAX) }, {});

/** winsize in ioctl_tty(2) has 16 bits for each. */
const CONSOLE_SIZE = object<ConsoleSize>(
  { height: UINT16, width: UINT16 },
  { height: 'is required', width: 'is required' },
);

const CAPABILITIES = object<Capabilities>(
  { bounding: STRINGS, effective: STRINGS, inheritable: STRINGS, permitted: STRINGS, ambient: STRINGS },
  {},
);

const RLIMIT = object<Rlimit>(
  { type: oneOf(RLIMIT_TYPES), hard: UINT64, soft: UINT64 },
  { type: 'is required', hard: 'is required', soft: 'is required' },
);

const SCHEDULER = object<Scheduler>(
  {
    policy: oneOf(SCHEDULER_POLICIES),
    nice: INT32,
    priority: INT32,
    flags: listOf(oneOf(SCHEDULER_FLAGS)),
    runtime: UINT64,
    deadline: UINT64,
    period: UINT64,
  },
  { policy: 'scheduler policy is required' },
);

const IO_PRIORITY = object<IoPriority>(
  { class: oneOf(IO_PRIORITY_CLASSES), priority: int(0, 7) },
  { class: 'is required' },
);

const EXEC_CPU_AFFINITY = object<ExecCpuAffinity>({ initial: STRING, final: STRING }, {});

/** `process`, also the file of `exec --process`. */
export const PROCESS = object<Process>(
  {
    terminal: BOOLEAN,
    consoleSize: CONSOLE_SIZE,
    user: USER,
    args: LONG_STRINGS,
    env: LONG_STRINGS,
    cwd: STRING,
    capabilities: CAPABILITIES,
    rlimits: listOf(RLIMIT),
    noNewPrivileges: BOOLEAN,
    apparmorProfile: STRING,
    selinuxLabel: STRING,
    oomScoreAdj: int(-1000, 1000),
    scheduler: SCHEDULER,
    ioPriority: IO_PRIORITY,
    execCPUAffinity: EXEC_CPU_AFFINITY,
  },
  { args: 'args must not be empty', cwd: 'Cwd property must not be empty' },
);
