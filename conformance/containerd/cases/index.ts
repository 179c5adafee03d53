/** All cases, in the order of the table. */
import type { Case } from '../rig/scene.ts';
import { attach } from './attach.ts';
import { checkpoint } from './checkpoint.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { kill } from './kill.ts';
import { lifecycle } from './lifecycle.ts';
import { limits } from './limits.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { output } from './output.ts';
import { pause } from './pause.ts';
import { registry } from './registry.ts';
import { restarts } from './restart.ts';
import { run } from './run.ts';
import { fileOfSettings } from './settings.ts';
import { shim } from './shim.ts';

export const cases: Readonly<Record<string, Case>> = {
  ...run,
  ...exec,
  ...attach,
  ...kill,
  ...pause,
  ...metrics,
  ...events,
  ...limits,
  ...logs,
  ...output,
  ...lifecycle,
  ...shim,
  ...fileOfSettings,
  ...restarts,
  ...checkpoint,
  ...registry,
};
