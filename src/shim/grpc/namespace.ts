/** containerd's namespaces: two containers of two namespaces may have the same id. */

import type { Metadata } from '@grpc/grpc-js';
import { RuntimeError } from '../../errors.ts';

/** The key of metadata that containerd's clients send. */
const KEY = 'containerd-namespace';
const DEFAULT = 'default';
/** containerd's rule (pkg/identifiers): it becomes the name of a folder. */
const LONGEST = 76;
const FORM = /^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$/;

/** @throws RuntimeError InvalidArgument for what is no name */
export function namespaceOf(metadata: Metadata): string {
  const [given] = metadata.get(KEY);
  if (given === undefined) return DEFAULT;
  const name = String(given);
  if (isNamespace(name)) return name;
  throw new RuntimeError(
    'InvalidArgument',
    `${KEY} ${JSON.stringify(name.slice(0, LONGEST))} is no name of a namespace`,
  );
}

function isNamespace(name: string): boolean {
  return name.length <= LONGEST && FORM.test(name);
}
