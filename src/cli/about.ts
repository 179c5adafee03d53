import { OCI_VERSION } from '../spec/version.ts';
import { COMMIT, VERSION } from '../version.ts';

/**
 * What `--version` prints: runc's lines with our names. Tools read the first one and the one that begins with `spec:`.
 * @param libseccomp its version, for example `2.5.4`
 */
export function versionText(libseccomp: string): string {
  const { bun, node } = process.versions;
  return [
    `hoist version ${VERSION}`,
    ...(COMMIT === '' ? [] : [`commit: ${COMMIT}`]),
    `spec: ${OCI_VERSION}`,
    bun === undefined ? `node: ${node}` : `bun: ${bun}`,
    `libseccomp: ${libseccomp}`,
    '',
  ].join('\n');
}
