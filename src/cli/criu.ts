/** What `checkpoint` and `restore` have in common on the command line. */

import { RuntimeError } from '../errors.ts';
import { containerId, type Invocation } from './command.ts';
import { absolute } from './path.ts';

const DEFAULT_IMAGES = 'checkpoint';
const EMPTIED = ['network'];

type Both = Invocation<'checkpoint'>['values'] & Invocation<'restore'>['values'];
interface Shared {
  readonly values: Pick<Both, keyof Invocation<'checkpoint'>['values'] & keyof Invocation<'restore'>['values']>;
  readonly args: readonly string[];
}

/** @throws RuntimeError for a namespace that criu cannot leave empty, in runc's words */
export function criuRequest({ values, args }: Shared) {
  for (const name of values['empty-ns']) {
    if (EMPTIED.includes(name)) continue;
    throw new RuntimeError('InvalidArgument', `namespace ${JSON.stringify(name)} is not supported`);
  }
  const workPath = values['work-path'];
  return {
    id: containerId(args),
    imagePath: absolute(values['image-path'] || DEFAULT_IMAGES),
    workPath: workPath ? absolute(workPath) : undefined,
    tcpEstablished: values['tcp-established'],
    extUnixSk: values['ext-unix-sk'],
    shellJob: values['shell-job'],
    fileLocks: values['file-locks'],
    lazyPages: values['lazy-pages'],
    autoDedup: values['auto-dedup'],
    manageCgroupsMode: values['manage-cgroups-mode'],
  };
}
