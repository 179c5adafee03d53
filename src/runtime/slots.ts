/** Opens the descriptors that a plan wants to be passed. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Slot } from '../plan/plan.ts';
import { mappedNamespace } from './mapped-namespace.ts';

const O_RDONLY = 0;
const O_PATH = 0o10000000;

/**
 * @param fifo path of the exec fifo
 * @throws RuntimeError InvalidArgument for a namespace that is not there (any more); nothing stays open then
 */
export function openSlots(slots: readonly Slot[], fifo: string): number[] {
  const opened: number[] = [];
  try {
    for (const slot of slots) opened.push(open(slot, fifo));
    return opened;
  } catch (error) {
    for (const descriptor of opened) native.close(descriptor);
    throw error;
  }
}

function open(slot: Slot, fifo: string): number {
  if (slot.kind === 'fifo') return native.open(fifo, O_PATH);
  return slot.kind === 'mapping' ? mappedNamespace(slot.uid, slot.gid) : openNamespace(slot);
}

function openNamespace({ type, path }: Slot & { kind: 'namespace' }): number {
  try {
    return native.open(path, O_RDONLY);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { syscall, code: errno } = error;
    const hint = 'the process or file that keeps it is gone';
    const text = `cannot join the ${type} namespace: ${error.message}`;
    throw new RuntimeError('InvalidArgument', text, { stage: 'namespace', syscall, errno, path, hint }, error);
  }
}
