// Validation: the table checks the form, the checks below the meaning. Everything wrong is reported at once; a check
// of meaning runs only when the parts it reads have the right form.
import type { Context } from './check/context.ts';
import { checkDevices, checkNetDevices } from './check/devices.ts';
import { checkIntelRdt, checkMemoryPolicy, checkPersonality } from './check/hardware.ts';
import { checkIdMappings } from './check/mappings.ts';
import { checkHooks, checkMounts, checkRoot } from './check/mounts.ts';
import { checkNames, checkNamespaces, checkRestrictedPaths, checkTimeOffsets } from './check/namespaces.ts';
import { checkProcess } from './check/process.ts';
import { checkResources } from './check/resources.ts';
import { checkSeccomp } from './check/seccomp.ts';
import { checkSysctl } from './check/sysctl.ts';
import { checkVersion } from './check/version.ts';
import { walk } from './check/walk.ts';
import { Findings } from './issues.ts';
import { RESOURCES } from './table/resources.ts';
import { SPEC } from './table/spec.ts';
import type { Resources, Spec } from './types.ts';
import { type Verdict, verdict } from './verdict.ts';

export type { Context } from './check/context.ts';

/** A check of meaning, and the paths it reads. */
interface Check {
  readonly reads: readonly string[];
  readonly run: (spec: Spec, findings: Findings, context: Context) => void;
}

const NAMESPACES = 'linux.namespaces';
const CHECKS: readonly Check[] = [
  { reads: ['ociVersion'], run: checkVersion },
  { reads: ['root'], run: checkRoot },
  { reads: ['process'], run: checkProcessOf },
  { reads: ['mounts', NAMESPACES, 'linux.uidMappings', 'linux.gidMappings'], run: checkMounts },
  { reads: ['hooks'], run: checkHooks },
  { reads: [NAMESPACES], run: checkNamespaces },
  { reads: [NAMESPACES, 'hostname', 'domainname'], run: checkNames },
  { reads: [NAMESPACES, 'linux.maskedPaths', 'linux.readonlyPaths'], run: checkRestrictedPaths },
  { reads: [NAMESPACES, 'linux.uidMappings', 'linux.gidMappings'], run: checkIdMappings },
  { reads: [NAMESPACES, 'linux.timeOffsets'], run: checkTimeOffsets },
  { reads: [NAMESPACES, 'linux.sysctl', 'domainname'], run: checkSysctl },
  { reads: [NAMESPACES, 'linux.netDevices'], run: checkNetDevices },
  { reads: ['linux.devices'], run: checkDevices },
  { reads: ['linux.resources'], run: checkResourcesOf },
  { reads: ['linux.seccomp'], run: checkSeccomp },
  { reads: ['linux.intelRdt'], run: checkIntelRdt },
  { reads: ['linux.memoryPolicy'], run: checkMemoryPolicy },
  { reads: ['linux.personality'], run: checkPersonality },
];

/**
 * Validates a parsed config.json.
 *
 * The value is changed in place where Go's decoder, which engines write for, sees nothing: null members and empty
 * enum words are removed, and a seccomp object without action and rules, which means "off".
 *
 * @returns all issues and warnings; never throws for anything that JSON can hold.
 */
export function validate(value: unknown, context: Context = {}): Verdict<Spec> {
  const form = new Findings();
  dropEmptySeccomp(value);
  walk(SPEC, value, [], form);
  const meaning = new Findings();
  for (const check of CHECKS) {
    if (form.clean(check.reads)) check.run(value as Spec, meaning, context);
  }
  return verdict(value as Spec, form, meaning);
}

/** Validates the file of `update --resources`. */
export function validateResources(value: unknown): Verdict<Resources> {
  const form = new Findings();
  walk(RESOURCES, value, [], form);
  const meaning = new Findings();
  if (form.issues.length === 0) checkResources(value as Resources, '', meaning);
  return verdict(value as Resources, form, meaning);
}

function checkProcessOf(spec: Spec, findings: Findings, context: Context): void {
  if (spec.process !== undefined) checkProcess(spec.process, 'process', findings);
  else if (context.processRequired !== false) findings.issue('process', 'process property must not be empty');
}

function checkResourcesOf(spec: Spec, findings: Findings): void {
  if (spec.linux?.resources !== undefined) checkResources(spec.linux.resources, 'linux.resources', findings);
}

/** runc takes a seccomp object with neither a default action nor rules for "no seccomp". */
function dropEmptySeccomp(value: unknown): void {
  const linux = (value as Partial<Spec> | null | undefined)?.linux;
  const seccomp = linux?.seccomp;
  if (linux === undefined || typeof seccomp !== 'object' || seccomp === null || Array.isArray(seccomp)) return;
  const { defaultAction, syscalls } = seccomp as { defaultAction?: unknown; syscalls?: unknown };
  const hasRules = syscalls !== undefined && syscalls !== null && !(Array.isArray(syscalls) && syscalls.length === 0);
  const hasAction = defaultAction !== undefined && defaultAction !== null && defaultAction !== '';
  if (!hasRules && !hasAction) Reflect.deleteProperty(linux, 'seccomp');
}
