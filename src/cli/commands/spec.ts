import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { printPlan } from '../../runtime/plan.ts';
import { defaultSpec } from '../../spec/defaults.ts';
import { stringify } from '../../spec/stringify.ts';
import { type Invocation, print } from '../command.ts';

/** f_type of a cgroup v2 mount (linux/magic.h). */
const CGROUP2_SUPER_MAGIC = 0x63677270;

/** Writes a first config.json, or prints the plan of the one that is there. */
export async function run({ context, values }: Invocation<'spec'>): Promise<number> {
  const bundle = values.bundle || '.';
  if (values.plan) {
    print(await printPlan(context, bundle));
    return 0;
  }
  const { euid: uid, egid: gid } = native.ids();
  const cgroupNamespace = native.fileSystem('/sys/fs/cgroup') === CGROUP2_SUPER_MAGIC;
  const spec = defaultSpec(values.rootless ? { cgroupNamespace, rootless: { uid, gid } } : { cgroupNamespace });
  writeNew(`${bundle}/config.json`, stringify(spec, '\t'));
  return 0;
}

function writeNew(path: string, text: string): void {
  try {
    native.createFile(path, text, 0o666);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    throw new RuntimeError('AlreadyExists', 'File config.json exists. Remove it first', { path }, error);
  }
}
