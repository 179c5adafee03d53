import type { Findings } from '../issues.ts';
import type { Linux, Namespace, NamespaceType, Spec } from '../types.ts';

/** Each type once, paths absolute (spec: config-linux.md, Namespaces). */
export function checkNamespaces(spec: Spec, findings: Findings): void {
  const namespaces = spec.linux?.namespaces ?? [];
  for (let i = 0; i < namespaces.length; i++) {
    const { type, path } = namespaces[i] as Namespace;
    if (findNamespace(spec.linux, type) !== namespaces[i]) {
      findings.issue(`linux.namespaces[${i}].type`, `malformed spec file: duplicated ns "${type}"`);
    }
    if (path && !path.startsWith('/')) findings.issue(`linux.namespaces[${i}].path`, 'must be an absolute path');
  }
}

/** True when the configuration makes or joins a namespace of this type. */
export function hasNamespace(linux: Linux | undefined, type: NamespaceType): boolean {
  return findNamespace(linux, type) !== undefined;
}

/** The path of the namespace of this type; empty when a new one is made or none is mentioned. */
export function namespacePath(linux: Linux | undefined, type: NamespaceType): string {
  return findNamespace(linux, type)?.path ?? '';
}

function findNamespace(linux: Linux | undefined, type: NamespaceType): Namespace | undefined {
  const namespaces = linux?.namespaces ?? [];
  for (let i = 0; i < namespaces.length; i++) if (namespaces[i]?.type === type) return namespaces[i];
  return undefined;
}

/** The kernel's __NEW_UTS_LEN. */
const NAME_MAX = 64;

/** hostname and domainname (runc: validate.uts). */
export function checkNames(spec: Spec, findings: Findings): void {
  for (const key of ['hostname', 'domainname'] as const) {
    const name = spec[key] ?? '';
    if (name === '') continue;
    if (!hasNamespace(spec.linux, 'uts')) {
      findings.issue(key, `unable to set ${key} without a private UTS namespace`);
    }
    // UTF-8 has at most three bytes for each unit, so the usual short name need not be encoded.
    const length = 3 * name.length > NAME_MAX ? new TextEncoder().encode(name).length : 0;
    if (length > NAME_MAX) findings.issue(key, `${length} bytes long, the kernel takes at most ${NAME_MAX}`);
  }
}

/** maskedPaths and readonlyPaths (runc: validate.security). */
export function checkRestrictedPaths(spec: Spec, findings: Findings): void {
  for (const key of ['maskedPaths', 'readonlyPaths'] as const) {
    const paths = spec.linux?.[key] ?? [];
    if (paths.length > 0 && !hasNamespace(spec.linux, 'mount')) {
      findings.issue(`linux.${key}`, 'unable to restrict sys entries without a private MNT namespace');
    }
    for (let i = 0; i < paths.length; i++) {
      if (!paths[i]?.startsWith('/')) findings.warn(`linux.${key}[${i}]`, 'not absolute, it counts from /');
    }
  }
}

const CLOCKS: ReadonlySet<string> = new Set(['boottime', 'monotonic']);

/** linux.timeOffsets (runc: validate.namespaces; time_namespaces(7)). */
export function checkTimeOffsets(spec: Spec, findings: Findings): void {
  const clocks = Object.keys(spec.linux?.timeOffsets ?? {});
  for (const clock of clocks) {
    if (CLOCKS.has(clock)) continue;
    findings.issue(
      'linux.timeOffsets',
      `unknown clock ${JSON.stringify(clock.slice(0, 40))}, must be boottime or monotonic`,
    );
  }
  if (clocks.length === 0) return;
  if (!hasNamespace(spec.linux, 'time')) {
    const reason = "time namespace offsets specified, but time namespace isn't enabled in the config";
    findings.issue('linux.timeOffsets', reason);
  } else if (namespacePath(spec.linux, 'time') !== '') {
    const reason =
      'time namespace enabled, but both namespace path and time offsets specified -- you may only provide one';
    findings.issue('linux.timeOffsets', reason);
  }
}
