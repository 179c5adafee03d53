/** What docs/grpc.md shows, as it stands there: each block of commands, and what it says comes of it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../test/integration/harness/machine.ts';
import { cached, command } from '../cache.ts';
import { goCompiler } from '../go.ts';

const repository = join(import.meta.dirname, '../..');
const GRPCURL = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3';

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The blocks of a page in their order. */
function blocks(page: string): Block[] {
  const found = page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return Array.from(found, ([, language = '', text = '']) => ({ language, text }));
}

function grpcurl(): string {
  return cached(GRPCURL.replace(/^.*\//, ''), (into) => {
    console.log('building grpcurl');
    command(goCompiler(), ['install', '-trimpath', GRPCURL], { env: { CGO_ENABLED: '0', GOFLAGS: '', GOBIN: into } });
  });
}

/** Pids and moments are others each time. */
function compared(output: string): string {
  return output
    .replace(/"pid": \d+/g, '"pid": 1')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"now"')
    .trim();
}

/**
 * Runs all of it in one shell, in the machine.
 * @returns one line for each block whose output is another than the page says
 */
export async function tryDocumented(machine: Machine): Promise<string[]> {
  const all = blocks(readFileSync(join(repository, 'docs/grpc.md'), 'utf8'));
  const scripts = all.filter(({ language }) => language === 'sh');
  mkdirSync(machine.path('/run/output/docs'));
  const script = scripts.map(({ text }, index) => `{\n${text}} >/run/output/docs/${index}\n`).join('');
  const path = `${grpcurl()}:/run/tools:/run/runtime:/usr/sbin:/usr/bin:/sbin:/bin`;
  writeFileSync(machine.path('/run/output/docs/script'), `set -e\n${script}`);
  const { code, stderr } = await machine.run(['bash', '/run/output/docs/script'], {
    env: { PATH: path },
    timeout: 120_000,
  });
  if (code !== 0) return [`the commands of docs/grpc.md end with ${code}: ${stderr}`];
  const wrong: string[] = [];
  for (const [index, block] of scripts.entries()) {
    const said = all[all.indexOf(block) + 1];
    if (said?.language !== 'text') continue;
    const output = compared(machine.read(`/run/output/docs/${index}`));
    if (output !== compared(said.text))
      wrong.push(`docs/grpc.md says\n${said.text}\nand\n${block.text}gives\n${output}`);
  }
  return [...wrong, ...(await tryNode(machine, all))];
}

/** The client of the page, with its paths, against the server that the commands have started. */
async function tryNode(machine: Machine, all: readonly Block[]): Promise<string[]> {
  const [example] = all.filter(({ language }) => language === 'js');
  if (!example) return ['docs/grpc.md has no example for Node'];
  const folder = join(repository, 'build/grpc');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'example.mjs');
  // From outside of the machine, which may not have the repository: it has a /tmp of its own.
  writeFileSync(file, example.text.replace('unix:/', `unix:${machine.path('/')}`));
  const { status: code, stdout, stderr } = spawnSync('node', [file], { cwd: repository, encoding: 'utf8' });
  if (code === 0 && /^process \d+ ended with 137\n$/.test(stdout)) return [];
  return [`the example for Node in docs/grpc.md: exit code ${code}: ${stdout}${stderr}`];
}
