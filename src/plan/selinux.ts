/** SELinux labels of file systems and keys (selinux(8)); that of the process itself is set with the others in process.ts. */

import { RuntimeError } from '../errors.ts';
import { ANNOTATIONS } from '../spec/annotations.ts';
import type { Process, Spec } from '../spec/types.ts';
import type { Operation } from './operations.ts';
import type { Host } from './plan.ts';

/** Mount options that take a label (mount(8), "SELinux"). */
const CONTEXT_TYPES = ['context', 'fscontext', 'defcontext', 'rootcontext'];

/** File systems whose files have labels of their own: the kernel takes none for them, or runc gives none. */
const LABELLED = ['proc', 'sysfs', 'mqueue', 'cgroup', 'cgroup2'];

/**
 * The mount option that gives the files of a new file system the container's label.
 * @throws RuntimeError InvalidArgument for a word in the annotation that mount(8) does not know
 */
export function contextOption({ linux, annotations }: Spec, host: Host, type: string): string | undefined {
  const label = linux?.mountLabel;
  if (!label || !host.selinux || LABELLED.includes(type)) return undefined;
  const word = annotations?.[ANNOTATIONS.mountContextType] ?? 'context';
  if (CONTEXT_TYPES.includes(word)) return `${word}=${label}`;
  const text = `invalid annotation ${ANNOTATIONS.mountContextType}: ${JSON.stringify(word)} is none of ${CONTEXT_TYPES.join(', ')}`;
  throw new RuntimeError('InvalidArgument', text, { stage: 'config' });
}

/** The session keyring, which is labelled like the process that it belongs to; keys made later are not. */
export function addKeyring(
  to: Operation[],
  id: string,
  process: Pick<Process, 'selinuxLabel'> | undefined,
  host: Pick<Host, 'selinux'>,
): void {
  const label = host.selinux ? process?.selinuxLabel : undefined;
  if (label) to.push({ op: 'label', file: 'attr/keycreate', fallback: '', value: label });
  to.push({ op: 'keyring', name: `_ses.${id}`, tolerate: true });
  // An empty line is the kernel's own choice again.
  if (label) to.push({ op: 'label', file: 'attr/keycreate', fallback: '', value: '\n' });
}
