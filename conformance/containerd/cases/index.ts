/** All cases, in the order of the table. */
import type { Case } from '../rig/scene.ts';
import { exec } from './exec.ts';
import { kill } from './kill.ts';
import { run } from './run.ts';

export const cases: Readonly<Record<string, Case>> = { ...run, ...exec, ...kill };
