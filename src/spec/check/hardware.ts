import { Findings, quote } from '../issues.ts';
import type { MemoryPolicy, Spec } from '../types.ts';
import { checkList } from './scheduling.ts';

/** linux.intelRdt; whether the host has resctrl is the runtime's question (runc: intelrdtCheck). */
export function checkIntelRdt(spec: Spec, findings: Findings): void {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined) return;
  const closId = rdt.closID ?? '';
  // It names a folder below the resctrl mount; `/` alone is the root class.
  if (closId === '.' || closId === '..' || (closId.length > 1 && closId.includes('/'))) {
    findings.issue('linux.intelRdt.closID', `invalid intelRdt.ClosID ${quote(closId)}`);
  }
  if (rdt.memBwSchema && !/^MB:[^\n]*$/.test(rdt.memBwSchema)) {
    findings.issue('linux.intelRdt.memBwSchema', 'must be one line that begins with MB:');
  }
}

/** Above the kernel's MAX_NUMNODES (1024). */
const NODE_LIMIT = 1024;

const WITHOUT_NODES: readonly string[] = ['MPOL_DEFAULT', 'MPOL_LOCAL'];

/** linux.memoryPolicy (runc: validate.memoryPolicy; set_mempolicy(2)). */
export function checkMemoryPolicy(spec: Spec, findings: Findings): void {
  const policy: MemoryPolicy | undefined = spec.linux?.memoryPolicy;
  if (policy === undefined) return;
  const list = new Findings();
  const count = checkList(policy.nodes, 'linux.memoryPolicy.nodes', NODE_LIMIT, list);
  for (const { path, message } of list.issues) {
    findings.issue(path, `invalid memory policy nodes ${quote(policy.nodes ?? '')}: ${message}`);
  }
  if (count === undefined) return;
  if (WITHOUT_NODES.includes(policy.mode)) {
    if (count > 0) findings.issue('linux.memoryPolicy.nodes', `memory policy mode requires 0 nodes but got ${count}`);
  } else if (count === 0 && policy.mode !== 'MPOL_PREFERRED') {
    findings.issue('linux.memoryPolicy.nodes', 'memory policy mode requires at least one node but got 0');
  }
}

export function checkPersonality(spec: Spec, findings: Findings): void {
  const flags = spec.linux?.personality?.flags ?? [];
  if (flags.length > 0)
    findings.warn(
      'linux.personality.flags',
      `ignoring unsupported personality flags: ${flags.slice(0, 8).map(quote).join(' ')}`,
    );
}
