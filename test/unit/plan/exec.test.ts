import { expect, test } from 'vitest';
import { execPlan } from '../../../src/plan/exec.ts';
import { type ExecRequest, execOpening, type Joining, passesRoot } from '../../../src/plan/exec-opening.ts';
import { CLONE } from '../../../src/plan/namespaces.ts';
import type { Process } from '../../../src/spec/types.ts';

const container: Joining = {
  namespaces: ['pid', 'mount', 'user'],
  keyring: true,
  setgroupsDenied: false,
  process: { umask: 0o27 },
};
const host = { apparmor: false, selinux: false };
const request: ExecRequest = { id: 'box', container, doors: 2, moved: false, opened: false, seccomp: undefined };
const process: Process = { args: ['true'], cwd: '/', env: ['PATH=/bin'] };
const words = (given: Partial<ExecRequest> = {}, changed: Partial<Process> = {}) =>
  execPlan({ ...process, ...changed }, host, { ...request, ...given }).map(({ op }) => op);

test('nothing comes before the process is not dumpable any more, and nothing after execve', () => {
  expect(words()).toEqual([
    ...['dumpable', 'join', 'clone', 'become', 'enter', 'procfs', 'keyring', 'umask', 'affinity'],
    ...['cwd', 'bounding', 'stdio', 'user', 'capabilities', 'cwd', 'lookup', 'execute'],
  ]);
});

test('all namespaces are joined at once', () => {
  const operations = execPlan(process, host, request);
  expect(operations[1]).toEqual({ op: 'join', slot: 0, type: CLONE.pid + CLONE.mount + CLONE.user });
});

test('slots: the pidfd, the root of a container without a mount namespace, the doors', () => {
  const doorsOf = (namespaces: Joining['namespaces']) => {
    const lender = { ...container, namespaces };
    const enter = execPlan(process, host, { ...request, container: lender }).find((one) => one.op === 'enter');
    return { root: passesRoot(lender), doors: enter?.op === 'enter' ? enter.slots : [] };
  };
  expect(doorsOf(['pid', 'mount'])).toEqual({ root: false, doors: [1, 2] });
  expect(doorsOf(['pid'])).toEqual({ root: true, doors: [2, 3] });
});

test('a filter comes last, and CAP_SYS_ADMIN goes behind it, unless no_new_privs makes it needless', () => {
  const seccomp = { filter: new Uint8Array(8), flags: 0, listener: false };
  expect(words({ seccomp }).slice(-3)).toEqual(['seccomp', 'capabilities', 'execute']);
  expect(words({ seccomp }, { noNewPrivileges: true }).slice(-3)).toEqual(['lookup', 'seccomp', 'execute']);
});

test('a terminal is handed out before the process is executed', () => {
  const list = words({}, { terminal: true });
  expect(list.indexOf('console')).toBeGreaterThan(list.indexOf('procfs'));
  expect(list.slice(-2)).toEqual(['sync', 'execute']);
});

test('processors: first before the group is entered, then in it', () => {
  const pins = (execCPUAffinity: Process['execCPUAffinity']) =>
    execPlan({ ...process, ...(execCPUAffinity ? { execCPUAffinity } : {}) }, host, request).flatMap((one, at, all) =>
      one.op === 'pin' ? [{ mask: [...one.mask], inGroup: at > all.findIndex(({ op }) => op === 'enter') }] : [],
    );
  expect(pins({ initial: '0,3', final: '64-65' })).toEqual([
    { mask: [9, 0, 0, 0, 0, 0, 0, 0], inGroup: false },
    { mask: [0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0], inGroup: true },
  ]);
  expect(pins(undefined)).toEqual([]);
  expect(words({}, { execCPUAffinity: { initial: '0' } })).not.toContain('affinity');
});

test('what must be moved waits for it before it joins anything', () => {
  expect(words({ moved: true, doors: 0 }).slice(0, 3)).toEqual(['dumpable', 'sync', 'join']);
});

test('the umask is that of the process, of the container, 0022', () => {
  const maskOf = (user: Process['user'], lent: Joining['process']) => {
    const plan = execPlan({ ...process, ...(user ? { user } : {}) }, host, {
      ...request,
      container: { ...container, process: lent },
    });
    return plan.flatMap((one) => (one.op === 'umask' ? [one.mask] : []));
  };
  expect(maskOf({ umask: 0o77 }, { umask: 0o27 })).toEqual([0o77]);
  expect(maskOf(undefined, { umask: 0o27 })).toEqual([0o27]);
  expect(maskOf(undefined, {})).toEqual([0o22]);
});

test('the opening is how the plan begins, so that the numbers of its operations are right', () => {
  const opening = execOpening(request);
  expect(execPlan(process, host, { ...request, opened: true }).slice(0, opening.length)).toEqual(opening);
  expect(opening.at(-1)).toEqual({ op: 'more' });
});
