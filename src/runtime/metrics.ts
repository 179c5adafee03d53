/** Statistics of a container in containerd's form. Loaded when they are asked for. */

import { metricsV1 } from '../cgroup/metrics-v1.ts';
import { metricsV2 } from '../cgroup/metrics-v2.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { Metrics as MetricsV1 } from '../proto/metrics-v1.js';
import { Metrics as MetricsV2 } from '../proto/metrics-v2.js';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';
import { existingGroups } from './existing.ts';

/**
 * @returns the name of the message, and the message (io.containerd.cgroups.v1.Metrics or v2)
 * @throws RuntimeError NotFound when there is no such container, or its groups have gone with it
 */
export async function taskMetrics(context: Context, id: string): Promise<{ type: string; value: Uint8Array }> {
  const groups = await existingGroups(new ContainerFolder(context, id).mustLoad());
  const { version, paths } = groups;
  const unified = paths[''];
  if (Object.keys(paths).length === 0 || !groups.exists())
    throw new RuntimeError('NotFound', 'cgroup does not exist', { stage: 'cgroup' });
  if (version === 2 && unified !== undefined)
    return { type: 'io.containerd.cgroups.v2.Metrics', value: MetricsV2.encode(metricsV2(native, unified)).finish() };
  return { type: 'io.containerd.cgroups.v1.Metrics', value: MetricsV1.encode(metricsV1(native, paths)).finish() };
}
