import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll } from 'vitest';

/** A folder for the tests of one file, gone afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/hoist-native-`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
