import { CAPABILITIES, CAPABILITY_SETS } from '../enums.ts';
import { type Findings, quote } from '../issues.ts';
import type { Capabilities, Process, Rlimit } from '../types.ts';
import { checkAffinity, checkScheduler } from './scheduling.ts';

/**
 * The meaning of `process` (runc: validateProcessSpec and prepareEnv; spec: config.md, Process).
 *
 * @param at the path of the process, `process` or `` for a file that is one.
 */
export function checkProcess(process: Process, at: string, findings: Findings): void {
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  if (process.cwd === '') findings.issue(path('cwd'), 'Cwd property must not be empty');
  else if (!process.cwd.startsWith('/')) findings.issue(path('cwd'), 'Cwd must be an absolute path');
  if (process.args.length === 0) findings.issue(path('args'), 'args must not be empty');
  checkEnv(process.env ?? [], path('env'), findings);
  checkRlimits(process.rlimits ?? [], path('rlimits'), findings);
  if (process.capabilities !== undefined) checkCapabilities(process.capabilities, path('capabilities'), findings);
  const umask = process.user?.umask;
  if (umask !== undefined && umask > 0o777) {
    findings.warn(path('user.umask'), `${umask} (octal ${umask.toString(8)}) has bits beyond 0777, which are ignored`);
  }
  checkScheduler(process, path, findings);
  checkAffinity(process.execCPUAffinity, path('execCPUAffinity'), findings);
}

function checkEnv(env: readonly string[], path: string, findings: Findings): void {
  for (let i = 0; i < env.length; i++) {
    const equals = (env[i] as string).indexOf('=');
    if (equals > 0) continue;
    const reason = equals === 0 ? 'name cannot be empty' : "missing '='";
    findings.issue(`${path}[${i}]`, `invalid environment variable: ${reason}`);
  }
}

function checkRlimits(rlimits: readonly Rlimit[], path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (let i = 0; i < rlimits.length; i++) {
    const { type, soft, hard } = rlimits[i] as Rlimit;
    if (seen.has(type)) findings.issue(`${path}[${i}].type`, `${type} is given twice`);
    seen.add(type);
    if (soft > hard) findings.issue(`${path}[${i}].soft`, `the soft limit ${soft} is above the hard limit ${hard}`);
  }
}

/** Unknown names only warn, as the specification and runc have it: newer kernels know more of them. */
function checkCapabilities(sets: Capabilities, path: string, findings: Findings): void {
  const unknown = new Set<string>();
  for (const set of CAPABILITY_SETS) {
    for (const name of sets[set] ?? []) if (!(CAPABILITIES as readonly string[]).includes(name)) unknown.add(name);
  }
  // The kernel raises only what is inheritable (capabilities(7)), and nothing is made inheritable here (CVE-2022-29162).
  const lost: string[] = [];
  for (const name of sets.ambient ?? []) {
    if (!unknown.has(name) && !(sets.inheritable ?? []).includes(name)) lost.push(name);
  }
  // In one line: old defaults of runc have three of them, and a line costs a start 0.1 ms.
  if (lost.length > 0) {
    findings.warn(`${path}.ambient`, `can't raise ambient capability ${lost.join(', ')}: operation not permitted`);
  }
  if (unknown.size === 0) return;
  const names = [...unknown]
    .slice(0, 8)
    .map((name) => (/^\w+$/.test(name) ? name : quote(name)))
    .join(' ');
  const more = unknown.size > 8 ? ` and ${unknown.size - 8} more` : '';
  findings.warn(path, `ignoring unknown or unavailable capabilities: [${names}${more}]`);
}
