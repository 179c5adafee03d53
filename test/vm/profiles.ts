/** The guests: each boots once, for the tests in the folder of its name below guest/. */
import type { Suite } from './image.ts';

export interface Profile {
  readonly name: string;
  readonly suite: Suite;
  readonly description: string;
  /** For the kernel's command line. */
  readonly append: string;
}

export const profiles: readonly Profile[] = [
  { name: 'bookworm', suite: 'bookworm', description: 'Linux 6.1, cgroup v2, systemd 252, AppArmor', append: '' },
  {
    name: 'trixie',
    suite: 'trixie',
    description: 'Linux 6.12, cgroup v2, systemd 257, SELinux (permissive)',
    append: 'security=selinux selinux=1 enforcing=0',
  },
];
