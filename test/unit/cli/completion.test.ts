import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completion, isShell } from '../../../src/cli/completion.ts';
import type { Command, Option } from '../../../src/cli/option.ts';
import { commands, globals } from '../../../src/cli/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last word; `hoist list -q` is answered with its own arguments. */
function offered(...words: string[]): string[] {
  const script = join(folder, 'script');
  writeFileSync(
    script,
    `${completion('bash')}
hoist() { echo one two "<$*>"; }
COMP_WORDS=(hoist "$@"); COMP_CWORD=$#
_hoist
printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  return execFileSync('bash', [script, ...words], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

const everyOption: readonly Option[] = [
  globals,
  ...Object.values<Command>(commands).map(({ options }) => options),
].flat();

describe('bash', () => {
  it.each([
    [['cr'], ['create']],
    [['--log-f'], ['--log-format']],
    [
      ['--log-format', ''],
      ['text', 'json'],
    ],
    [
      ['--log-format', '='],
      ['text', 'json'],
    ],
    [['--log-format', '=', 'j'], ['json']],
    [
      ['--rootless', 'auto', 'sta'],
      ['start', 'state'],
    ],
    [
      ['--debug', 'help', 'sta'],
      ['start', 'state'],
    ],
    [['delete', '-f', 'o'], ['one']],
    [
      ['list', '-f', ''],
      ['table', 'json'],
    ],
    [['kill', 'x', 'K'], ['KILL']],
    [['kill', '--a'], []],
    [['create', '--preserve-fds', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['create', 'x', ''], []],
  ])('offers after %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it('asks for the containers of the given root', () => {
    expect(offered('--root', '/x', 'start', '<')).toEqual(['<--root']);
    expect(offered('--root', '=', '/x', 'start', '/')).toEqual(['/x']);
  });
});

describe('every shell', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('%s: offers all that is not hidden', (shell) => {
    const script = completion(shell);
    for (const name of Object.keys(commands)) expect(script).toContain(name);
    for (const { name, hidden } of everyOption) {
      if (hidden) continue;
      expect(script).toMatch(new RegExp(`(--|-l )${name}\\b`));
    }
    expect(script).not.toMatch(/--all\b|-l all\b/);
  });

  it('is one of three', () => {
    expect(['bash', 'zsh', 'fish', 'toString', ''].filter(isShell)).toEqual(['bash', 'zsh', 'fish']);
  });
});
