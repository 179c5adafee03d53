/** Where a client wants a stream to go, or to come from: a FIFO, a file, a program. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';

export type StreamPlace =
  | { readonly kind: 'none' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'program'; readonly path: string; readonly args: readonly string[]; readonly needsByte: boolean };

const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
/** How long a client may take to open what it will read, and how often to look. */
const READER_MS = 5000;
const LOOK_MS = 20;
const PUBLIC_FOLDER = 0o755;
const PUBLIC_FILE = 0o644;

/**
 * @param uri empty, a path, `fifo://`, `file://`, `binary://PROGRAM?key=value` or `binary-v2://` (containerd: docs/client-opts.md, log URIs)
 * @throws RuntimeError InvalidArgument for another scheme
 */
export function parsePlace(uri: string): StreamPlace {
  if (uri === '') return { kind: 'none' };
  const at = uri.indexOf('://');
  if (at < 0) return { kind: 'path', path: uri };
  const scheme = uri.slice(0, at);
  const rest = uri.slice(at + 3);
  const question = rest.indexOf('?');
  const path = decodeURIComponent(question < 0 ? rest : rest.slice(0, question));
  if (scheme === 'fifo') return { kind: 'path', path };
  if (scheme === 'file') return { kind: 'file', path };
  if (scheme === 'binary' || scheme === 'binary-v2') {
    const args = question < 0 ? [] : queryWords(rest.slice(question + 1));
    return { kind: 'program', path, args, needsByte: scheme === 'binary-v2' };
  }
  throw new RuntimeError('InvalidArgument', `unknown STDIO scheme ${scheme}`, { stage: 'stdio', path: uri });
}

/** `key=value&flag` as the arguments `key value flag`. */
function queryWords(query: string): string[] {
  const words: string[] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    for (const word of pair.split('=', 2)) if (word !== '') words.push(decodeURIComponent(word.replaceAll('+', ' ')));
  }
  return words;
}

/** An open place to write to. */
export interface Sink {
  readonly sink: number;
  /** A reading end of a FIFO: a client that goes away must not end the container with a SIGPIPE, and another one may come. */
  readonly held: readonly number[];
}

/**
 * Opens a FIFO, or a file to append to. Waits for who will read the FIFO, as containerd's own shims do: a client may ask for a container
 * before it has opened what it will read, and what a short one writes would go with our last descriptor. Once its open(2) has met ours,
 * nothing is lost.
 *
 * @param patience in milliseconds; then it goes on without a reader
 * @throws SystemError
 */
export async function openSink(path: string, patience = READER_MS): Promise<Sink> {
  if (native.stat(path)?.kind !== 'fifo') return { sink: native.open(path, O_WRONLY + O_APPEND), held: [] };
  for (let waited = 0, pause = 1; waited < patience; waited += pause, pause = Math.min(2 * pause, LOOK_MS)) {
    const sink = openRead(path);
    if (sink) return sink;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return openUnread(path);
}

/** Opens what somebody reads. */
function openRead(path: string): Sink | undefined {
  let sink: number;
  try {
    sink = native.open(path, O_WRONLY + O_NONBLOCK);
  } catch (error) {
    if (isSystemError(error, 'ENXIO')) return undefined; // fifo(7): nobody reads
    throw error;
  }
  try {
    return { sink, held: [native.open(path, O_NONBLOCK)] };
  } catch (error) {
    native.close(sink);
    throw error;
  }
}

/** Opens a FIFO, or a file to append to; never waits. @throws SystemError */
export function openUnread(path: string): Sink {
  if (native.stat(path)?.kind !== 'fifo') return { sink: native.open(path, O_WRONLY + O_APPEND), held: [] };
  // In this order: a FIFO that somebody reads opens for writing at once.
  const reader = native.open(path, O_NONBLOCK);
  try {
    return { sink: native.open(path, O_WRONLY + O_NONBLOCK), held: [reader] };
  } catch (error) {
    native.close(reader);
    throw error;
  }
}

/** A log file, made with its folder when it is missing. @throws SystemError */
export function openFile(path: string): Sink {
  native.mkdirAll(path.slice(0, path.lastIndexOf('/')) || '/', PUBLIC_FOLDER);
  return { sink: native.open(path, O_WRONLY + O_CREAT + O_APPEND, PUBLIC_FILE), held: [] };
}

/** Where the input comes from, and our own end of it, which keeps it open until CloseIO; -1 for what is no FIFO. @throws SystemError */
export function openSource(path: string): { readonly source: number; readonly writer: number } {
  const source = native.open(path, O_NONBLOCK);
  if (native.stat(path)?.kind !== 'fifo') return { source, writer: -1 };
  try {
    return { source, writer: native.open(path, O_WRONLY + O_NONBLOCK) };
  } catch (error) {
    native.close(source);
    throw error;
  }
}
