/** What a process sees from inside its container: what the probe is asked, and its answers made comparable. */
import { parseMountinfo } from '../../test/integration/harness/mountinfo.ts';

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];

const files = [
  'attr/current',
  'attr/exec',
  'autogroup',
  'cgroup',
  'cmdline',
  'comm',
  'coredump_filter',
  'gid_map',
  'limits',
  'loginuid',
  'mountinfo',
  'oom_score_adj',
  'personality',
  'projid_map',
  'sched',
  'sessionid',
  'setgroups',
  'status',
  'timens_offsets',
  'timerslack_ns',
  'uid_map',
];

/** The probe's arguments, in the order of its answers; the container's process then waits to be killed. */
export const questions: readonly (readonly string[])[] = [
  ...files.map((file) => ['read', `/proc/self/${file}`]),
  ['ns', ...namespaces],
  ['fds'],
  ['env'],
  ['args'],
  ['cwd'],
  ['umask'],
  ['ids'],
  ['pids'],
  ['signals'],
  ['scheduler'],
  ['ioprio'],
  ['affinity'],
  ['names'],
  ['pdeathsig'],
  ['capabilities'],
  ['privileges'],
  ['keyring'],
  ['tty'],
  ['tree', '/dev'],
  ['read', '/proc/1/comm'],
  ['read', '/proc/sys/kernel/hostname'],
  ['read', '/proc/net/dev'],
  ['lstat', '/'],
  ['lstat', '/proc/kcore'],
  ['lstat', '/sys/firmware'],
  ['open', '/proc/kcore'],
  ['open', '/proc/sys/kernel/hostname', 'w'],
  ['open', '/new-file', 'c'],
  ['list', '/sys/firmware'],
];

/** What changes with every run, or says how much was used. */
const unsteady =
  /^(Pid|Tgid|NS\w+|Ngid|FDSize|Vm\w+|Rss\w+|Huge\w+|\w*ctxt_switches|Threads|State|x86_\w+|Kthread|HugetlbPages|CoreDumping|untag_mask|SigQ):/;

/** Mounts in their order, each with the mount it is on; numbers of mounts, devices and peer groups are left out, and the sizes that the machine gives. */
function mountinfo(text: string): string {
  const points = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [id, , , , point] = line.split(' ');
    if (id && point) points.set(id, point);
  }
  const parents = text.split('\n').map((line) => points.get(line.split(' ')[1] ?? '') ?? 'outside');
  return parseMountinfo(text)
    .map((mount, index) =>
      [
        mount.point,
        `(on ${parents[index]})`,
        mount.root,
        mount.options.join(','),
        ...mount.propagation.map((field) => field.replace(/:\d+/, '')),
        `- ${mount.type} ${mount.source} ${mount.superOptions.join(',').replace(/size=\d{8,}k,nr_inodes=\d{5,}/, 'size=N')}`,
      ].join(' '),
    )
    .filter((line) => !/\/run\/(runtime|tools) /.test(line))
    .join('\n');
}

/** `new` for a namespace that is not the machine's. */
function isolation(text: string, outside: readonly string[]): string {
  return text
    .split('\n')
    .map((link, index) => `${namespaces[index]} ${link === outside[index] ? 'shared' : 'new'}`)
    .join('\n');
}

function steady(label: string, text: string): string {
  if (label.endsWith('/mountinfo')) return mountinfo(text);
  const lines = text.split('\n');
  if (label.endsWith('/status')) return lines.filter((line) => !unsteady.test(line)).join('\n');
  if (label.endsWith('/sched')) return lines.filter((line) => /^(policy|prio)\s/.test(line)).join('\n');
  if (label.endsWith('/autogroup')) return text.replace(/autogroup-\d+/, 'autogroup-N');
  if (label.endsWith('/net/dev'))
    return lines
      .map((line) => line.split(':')[0]?.trim())
      .sort()
      .join('\n');
  if (label.endsWith('/cmdline')) return text.replaceAll('\0', ' ').slice(0, 200);
  if (label === 'fds')
    return text.replace(/(pipe|socket|anon_inode):\[\w+\]/g, '$1').replace(/output\/\d+/g, 'output/N');
  if (label === 'pids') return text.replace(/\d{2,}/g, 'N');
  return text;
}

/**
 * Facts by their names.
 * @param output what the probe printed
 * @param outside the links of the machine's own namespaces
 */
export function facts(output: string, outside: readonly string[]): Record<string, string> {
  const answers = output.split('\f');
  const found: Record<string, string> = {};
  questions.forEach((question, index) => {
    const [what = '', ...rest] = question;
    const label = what === 'read' ? (rest[0] ?? '') : what === 'ns' ? what : question.join(' ');
    const answer = (answers[index] ?? '(no answer)').replace(/\n$/, '');
    found[label] = what === 'ns' ? isolation(answer, outside) : steady(label, answer);
  });
  return found;
}

/** The links of a process's namespaces, by `readlink`. */
export function namespaceLinks(readlink: (name: string) => string): string[] {
  return namespaces.map(readlink);
}
