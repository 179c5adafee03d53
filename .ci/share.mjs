// Writes from the table of commands what lies beside the program (the pages of the help) and what `npm run install:system` installs:
// the manual page and the completions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { completion } from '../dist/lib/cli/completion.js';
import { manual } from '../dist/lib/cli/manual.js';
import { helpPages } from '../dist/lib/cli/pages.js';
import { VERSION } from '../dist/lib/version.js';

const folder = new URL('../dist/share/', import.meta.url);
const { SOURCE_DATE_EPOCH } = process.env;
const date = SOURCE_DATE_EPOCH === undefined ? new Date() : new Date(Number(SOURCE_DATE_EPOCH) * 1000);

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('hoist.8', folder), manual(VERSION, date.toISOString().slice(0, 10)));
for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(new URL(`hoist.${shell}`, folder), completion(shell));
const pages = await helpPages([60, 80, 100, 120]);
writeFileSync(new URL('../dist/bin/hoist.help', import.meta.url), JSON.stringify(pages));
