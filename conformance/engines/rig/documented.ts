/** The files that docs/engines.md shows, as they stand there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Machine } from '../../../test/integration/harness/machine.ts';

const page = join(import.meta.dirname, '../../../docs/engines.md');

interface Documented {
  readonly path: string;
  readonly text: string;
}

/**
 * The file that is shown under a heading: the last path in backticks before the block, and the block.
 * @throws Error when there is none
 */
export function documented(heading: string): Documented {
  const [, section = ''] = readFileSync(page, 'utf8').split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [, before = '', text = ''] = /^([\s\S]*?)^```\w*\n([\s\S]*?)^```$/m.exec(section.split(/^#/m)[0] ?? '') ?? [];
  const path = [...before.matchAll(/`(\/etc\/[^`]+)`/g)].at(-1)?.[1];
  if (!path) throw new Error(`docs/engines.md shows no file under "${heading}"`);
  return { path, text };
}

/** Writes it where the page says, in the machine. */
export function install(machine: Machine, { path, text }: Documented): void {
  mkdirSync(machine.path(dirname(path)), { recursive: true });
  writeFileSync(machine.path(path), text);
}

/** The variables that a unit of systemd's would have. */
export function environmentOf({ text }: Documented): Record<string, string> {
  const lines = text.matchAll(/^Environment=(\w+)=(.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value]));
}
