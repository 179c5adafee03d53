/** The files that docs/engines.md shows, as they stand there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Machine } from '../../../test/integration/harness/machine.ts';

const page = join(import.meta.dirname, '../../../docs/engines.md');

interface Documented {
  readonly path: string;
  readonly text: string;
}

function sectionOf(heading: string): string {
  const [, after = ''] = readFileSync(page, 'utf8').split(new RegExp(`^#+ ${heading}$`, 'm'));
  return after.split(/^#/m)[0] ?? '';
}

/**
 * The file that is shown under a heading: the last path in backticks before the block, and the block.
 * @throws Error when there is none
 */
export function documented(heading: string): Documented {
  const [, before = '', text = ''] = /^([\s\S]*?)^```\w*\n([\s\S]*?)^```$/m.exec(sectionOf(heading)) ?? [];
  const path = [...before.matchAll(/`(\/etc\/[^`]+)`/g)].at(-1)?.[1];
  if (!path) throw new Error(`docs/engines.md shows no file under "${heading}"`);
  return { path, text };
}

/** Writes it where the page says, in the machine. */
export function install(machine: Machine, { path, text }: Documented): void {
  mkdirSync(machine.path(dirname(path)), { recursive: true });
  writeFileSync(machine.path(path), text);
}

/** The commands that are shown under a heading, as one script. @throws Error when there are none */
export function documentedCommands(heading: string): string {
  const script = /^```sh\n([\s\S]*?)^```$/m.exec(sectionOf(heading))?.[1];
  if (!script) throw new Error(`docs/engines.md shows no command under "${heading}"`);
  return script;
}

/** The variables that a unit of systemd's would have. */
export function environmentOf({ text }: Documented): Record<string, string> {
  const lines = text.matchAll(/^Environment=(\w+)=(.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value]));
}
