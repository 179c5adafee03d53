import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operationsHeader } from '../../../src/plan/header.ts';
import { MESSAGES, OPERATIONS, STEPS } from '../../../src/plan/operations.ts';

const header = new URL('../../../addon/common/operations.h', import.meta.url);

test('addon/common/operations.h is what `npm run generate` writes', () => {
  expect(readFileSync(header, 'utf8')).toBe(operationsHeader());
});

test('the header numbers kinds, steps and messages as the table does', () => {
  const text = operationsHeader();
  expect(text).toContain(`  kMount = ${OPERATIONS.mount.kind},`);
  expect(text).toContain(`  kNotADirectory = ${STEPS.indexOf('not a directory')},`);
  expect(text).toContain(`  kMountSetattr = ${STEPS.indexOf('mount_setattr')},`);
  expect(text).toContain(`  kMessageStage = ${MESSAGES.stage},`);
});

test('a structure has its fields in the order of the table', () => {
  const start = operationsHeader().indexOf('struct Device {');
  const body = operationsHeader().slice(start, operationsHeader().indexOf('};', start));
  const fields = [...body.matchAll(/ {2}(?:int64_t|Text) (\w+);/g)].map((match) => match[1]);
  expect(fields).toEqual(Object.keys(OPERATIONS.device.fields));
});
