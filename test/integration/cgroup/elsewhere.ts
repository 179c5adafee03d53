// Makes a container's groups as somebody else or in another mount namespace, and prints what came of it as JSON.

import { openCgroup } from '../../../src/cgroup/cgroup.ts';
import { native } from '../../../src/host/native.ts';

const request = JSON.parse(process.argv.at(-1) ?? '');
const answer: Record<string, unknown> = {};
try {
  const cgroup = openCgroup(native, request);
  if (request.make) {
    cgroup.create();
    try {
      const doors = cgroup.doors();
      answer.doors = doors.length;
      for (const door of doors) native.close(door);
      answer.warnings = cgroup.set(request.resources ?? {}, 'fresh');
    } finally {
      cgroup.destroy();
    }
  }
  answer.version = cgroup.version;
  answer.paths = cgroup.paths;
} catch (error) {
  answer.error = error instanceof Error ? error.message : String(error);
}
native.write(1, JSON.stringify(answer));
