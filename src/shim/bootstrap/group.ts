/** Which containers share a shim, and the name of the socket by which they find it. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import type { Grouping, ShimOptions } from '../options.ts';
import type { StartParams } from './params.ts';

/** What containerd's own shims group by, in this order; CRI puts the second one on every container of a pod. */
const SANDBOX_ANNOTATION = 'io.kubernetes.cri.sandbox-id';
const GROUP_ANNOTATIONS = ['io.containerd.runc.v2.group', SANDBOX_ANNOTATION];
const VARIABLE = 'HOIST_SHIM_GROUPING';
const CHOICES: readonly string[] = ['container', 'pod', 'namespace'] satisfies Grouping[];

/** sun_path without its NUL; Go has it one lower. */
const MOST_BYTES = 106;

/**
 * The runtime's options decide, then the environment of containerd; without either, what says in its configuration to which group it
 * belongs shares a shim with that, and everything else has its own.
 * @throws RuntimeError InvalidArgument
 */
export function chooseGrouping(
  options: ShimOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Grouping {
  const given = options.grouping || environment[VARIABLE] || 'pod';
  if (CHOICES.includes(given)) return given as Grouping;
  const message = `${VARIABLE} must be container, pod or namespace, not ${JSON.stringify(given)}`;
  throw new RuntimeError('InvalidArgument', message, { stage: 'start' });
}

/**
 * The name of the container's group in its namespace: an id of containerd's, or nothing for the whole namespace.
 * @throws SystemError without a config.json
 */
export function groupOf(grouping: Grouping, bundle: string, id: string): string {
  if (grouping === 'namespace') return '';
  return grouping === 'pod' ? (annotatedGroup(native.readFile(`${bundle}/config.json`)) ?? id) : id;
}

/**
 * Whether a container is the first of a pod, of which all others are to come to its shim.
 * @param group that of the container
 */
export function leadsPod(grouping: Grouping, bundle: string, id: string, group: string): boolean {
  return grouping === 'pod' && group === id && native.readFile(`${bundle}/config.json`).includes(SANDBOX_ANNOTATION);
}

/** Nothing else is looked at: Create checks the configuration, in words that say what is wrong with it. */
function annotatedGroup(config: string): string | undefined {
  // Most configurations do not have the words anywhere, and need no parsing.
  if (!GROUP_ANNOTATIONS.some((name) => config.includes(name))) return undefined;
  const { annotations = {} } = JSON.parse(config) as { readonly annotations?: Readonly<Record<string, string>> };
  for (const name of GROUP_ANNOTATIONS) if (annotations[name] !== undefined) return annotations[name];
  return undefined;
}

/**
 * One path for each group of each containerd.
 * @throws RuntimeError InvalidArgument when it is too long for a socket
 */
export function socketPath({ socketFolder, grpcAddress, namespace }: StartParams, group: string): string {
  const path = `${socketFolder}/${native.hash([grpcAddress, namespace, group].join('\0'))}`;
  if (new TextEncoder().encode(path).length <= MOST_BYTES) return path;
  const message = `${JSON.stringify(path)}: unix socket path too long (> ${MOST_BYTES})`;
  throw new RuntimeError('InvalidArgument', message, { stage: 'start', hint: 'choose a shorter socket_dir' });
}
