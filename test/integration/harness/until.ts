/** Looks again and again until there is something to see. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * @param look returns what is waited for, or undefined
 * @throws Error after `patience` milliseconds, naming `what`
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  patience = 10_000,
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain for ${what}`);
    await pause(10);
  }
}
