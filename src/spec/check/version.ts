import { type Findings, quote } from '../issues.ts';
import type { Spec } from '../types.ts';

/** The newest version of the specification whose settings are all known. */
const NEWEST_MINOR = 3;

/** What engines write; spares them the regular expression. */
const PLAIN = ['1.0.0', '1.0.2', '1.0.2-dev', '1.1.0', '1.2.0', '1.2.1', '1.3.0'];

/** Any 1.x is accepted (semantic versions only add within a major number); the text is SemVer 2.0. */
export function checkVersion(spec: Spec, findings: Findings): void {
  const version = spec.ociVersion;
  if (PLAIN.includes(version)) return;
  const match = /^(\d{1,9})\.(\d{1,9})\.\d{1,9}(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(version);
  if (match === null) return findings.issue('ociVersion', `${quote(version)} is not a version such as 1.3.0`);
  const [, major, minor] = match;
  if (major !== '1') {
    findings.issue('ociVersion', `version ${version.slice(0, 40)} of the specification is not supported, only 1.x`);
  } else if (Number(minor) > NEWEST_MINOR) {
    findings.warn(
      'ociVersion',
      `${version.slice(0, 40)} is newer than 1.${NEWEST_MINOR}: settings it added are ignored`,
    );
  }
}
