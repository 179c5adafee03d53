/**
 * descriptors.json among the images: what the standard streams of a container were, so that `restore` can put others in the place of
 * the pipes. The only file of the images that we read: they may come from anywhere.
 */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { isPipe } from '../stdio-names.ts';

const NAME = 'descriptors.json';
const LIMIT = 64 * 1024;
const STREAMS = 3;

/** criu's name of a pipe, and the number of the descriptor that takes its place. */
export type Pipes = readonly { readonly key: string; readonly fd: number }[];

export function writeDescriptors(imagePath: string, names: readonly string[]): void {
  native.replaceFile(`${imagePath}/${NAME}`, JSON.stringify(names), 0o600);
}

/**
 * @throws SystemError when the file is missing, RuntimeError InvalidArgument when it is anything else than a list of texts
 */
export function readDescriptors(imagePath: string): Pipes {
  const path = `${imagePath}/${NAME}`;
  const pipes: Pipes[number][] = [];
  for (const [fd, key] of list(native.readFile(path, LIMIT), path).slice(0, STREAMS).entries()) {
    if (isPipe(key)) pipes.push({ key, fd });
  }
  return pipes;
}

function list(text: string, path: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new RuntimeError('InvalidArgument', `${NAME} of the checkpoint is not a list of texts`, {
    stage: 'criu',
    path,
  });
}
