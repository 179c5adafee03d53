import type { Case } from '../rig/scene.ts';
import { api } from './api.ts';
import { builds } from './build.ts';
import { buildah } from './buildah.ts';
import { checkpoints } from './checkpoint.ts';
import { composing } from './compose.ts';
import { daemon } from './daemon.ts';
import { exec } from './exec.ts';
import { isolation } from './isolation.ts';
import { lifecycle } from './lifecycle.ts';
import { network } from './network.ts';
import { podman } from './podman.ts';
import { registry } from './registry.ts';
import { run } from './run.ts';
import { serving } from './services.ts';
import { storage } from './storage.ts';
import { watch } from './watch.ts';

/** What every engine with a command line like docker's does. */
export const common: Readonly<Record<string, Case>> = {
  ...run,
  ...exec,
  ...lifecycle,
  ...isolation,
  ...storage,
  ...network,
  ...watch,
  ...builds,
  ...registry,
  ...serving,
  ...composing,
  ...checkpoints,
  ...podman,
  ...buildah,
  ...daemon,
  ...api,
};
