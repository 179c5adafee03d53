/** `serve` on a kernel that forgets how a process ended which is nobody's child: PIDFD_INFO_EXIT came with Linux 6.15. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Message } from '../../../grpc/client.ts';
import { Served } from '../../../grpc/served.ts';
import { useGuest } from '../harness/guest.ts';

const scene = useGuest(import.meta.filename);
let served: Served;

beforeEach(async () => {
  served = new Served(scene.machine);
  await served.start();
});
afterEach(() => served.stop());

it('what a successor of a killed server cannot know it says, at once', async () => {
  const { path: bundle, outside } = served.bundle('until test -e /go; do sleep 0.1; done; exit 7');
  await served.client().task('Create', { id: 'c', bundle });
  await served.client().task('Start', { id: 'c' });
  await served.signal('KILL');
  await served.start();
  const events = await served.client().events();
  expect(await served.client().task('State', { id: 'c' })).toMatchObject({ status: 'RUNNING' });
  writeFileSync(`${outside.rootfs}/go`, '');
  // Whoever is its parent now reaps it sooner than we look, or later. At once, in either case: not when ten seconds are over.
  const end = await served.client().task('Wait', { id: 'c' }, 8000);
  const { exit_status, exited_at } = end as { exit_status: number; exited_at: Message };
  const unknown = exited_at.seconds === '-62135596800';
  expect(exit_status).toBe(unknown ? 255 : 7);
  expect(await served.client().task('Delete', { id: 'c' })).toMatchObject(end);
  await expect.poll(() => events.of('c')).toEqual(['/tasks/exit', '/tasks/delete']);
});

it('its own children it knows, as ever', async () => {
  await served.client().task('Create', { id: 'c', bundle: served.bundle('exit 7').path });
  await served.client().task('Start', { id: 'c' });
  expect(await served.client().task('Wait', { id: 'c' })).toMatchObject({ exit_status: 7 });
  await served.client().task('Delete', { id: 'c' });
});
