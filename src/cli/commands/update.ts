import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { state } from '../../runtime/state.ts';
import { update } from '../../runtime/update.ts';
import type { Resources } from '../../spec/types.ts';
import { containerId, type Invocation } from '../command.ts';
import { resourcesFrom } from '../resources.ts';

const STDIN = 0;
const PIECE = 65536;
const LIMIT = 64 * 1024 * 1024;

export async function run({ context, args, values }: Invocation<'update'>): Promise<number> {
  const id = containerId(args);
  let resources: Resources;
  try {
    resources = values.resources ? await readResources(values.resources) : resourcesFrom(values);
  } catch (error) {
    state(context, id); // a container that does not exist is the first thing to say
    throw error;
  }
  const { 'l3-cache-schema': l3CacheSchema, 'mem-bw-schema': memBwSchema } = values;
  await update(context, { id, resources, l3CacheSchema, memBwSchema });
  return 0;
}

/** Checking takes the whole table of config.json, which the options need not load. */
async function readResources(path: string): Promise<Resources> {
  const text = path === '-' ? readInput() : native.readFile(path, LIMIT, true);
  const { parseResources } = await import('../../runtime/resources.ts');
  return parseResources(text, path === '-' ? 'standard input' : path);
}

function readInput(): string {
  const decoder = new TextDecoder();
  let text = '';
  for (let piece = native.read(STDIN, PIECE, -1); piece; piece = native.read(STDIN, PIECE, -1)) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LIMIT) throw new RuntimeError('InvalidArgument', 'resources: more than 64 MiB on standard input');
  }
  return text + decoder.decode();
}
