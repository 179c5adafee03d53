/** The guests: each boots once, for its tests. */
import type { Suite } from './image.ts';

export interface Profile {
  readonly name: string;
  readonly suite: Suite;
  readonly description: string;
  /** For the kernel's command line. */
  readonly append: string;
  /** Its own, and container tests of every machine that are worth running on this one too. */
  readonly tests: readonly string[];
}

export const profiles: readonly Profile[] = [
  {
    name: 'bookworm',
    suite: 'bookworm',
    description: 'Linux 6.1, cgroup v2, systemd 252, AppArmor',
    append: '',
    tests: ['test/vm/guest/bookworm/'],
  },
  {
    name: 'hybrid',
    suite: 'bookworm',
    description: 'Linux 6.1, cgroup v1 beside v2, systemd 252',
    append: 'systemd.unified_cgroup_hierarchy=0',
    tests: ['test/vm/guest/hybrid/'],
  },
  {
    name: 'trixie',
    suite: 'trixie',
    description: 'Linux 6.12, cgroup v2, systemd 257, SELinux (permissive)',
    append: 'security=selinux selinux=1 enforcing=0',
    tests: [
      'test/vm/guest/trixie/',
      'test/vm/guest/bookworm/systemd.test.ts',
      'test/integration/idmap.test.ts',
      'test/integration/namespaces.test.ts',
    ],
  },
];
