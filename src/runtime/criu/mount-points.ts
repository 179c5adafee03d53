/** The places that criu attaches a container's mounts to, made by hoist-init: a path of the rootfs is its business alone. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { mountPointPlan } from '../../plan/restore.ts';
import type { Spec } from '../../spec/types.ts';
import type { Context } from '../context.ts';
import { STDIO } from '../hand-out.ts';
import { Newborn } from '../newborn.ts';
import type { Prepared } from '../plan.ts';

/** @throws RuntimeError what a birth says when a mount fails */
export async function makeMountPoints(context: Context, spec: Spec, prepared: Prepared): Promise<void> {
  const operations = mountPointPlan(spec, prepared.host, prepared.request());
  const own = { oomScore: undefined, process: undefined, cloneFlags: 0, cgroup: -1, slots: [], preserved: 0 };
  const maker = new Newborn(context, { ...own, operations, stdio: STDIO, oomKilled: () => undefined });
  try {
    await maker.released();
    const status = native.waitProcess(maker.pidfd, -1);
    if (status?.code === 0) return;
    throw new RuntimeError('Internal', 'hoist-init could not make the mount points', { stage: 'criu' });
  } finally {
    maker.end();
  }
}
