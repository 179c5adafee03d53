/** `-info` and `-v`: what this shim is and can do. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { RuntimeInfo } from '../../proto/info.js';
import { Any } from '../../proto/types.js';
import { features } from '../../runtime/features.ts';
import { COMMIT, VERSION } from '../../version.ts';
import { isOptions } from '../options.ts';
import { readStandardInput } from '../standard-input.ts';

const STDOUT = 1;
const FEATURES = 'types.containerd.io/opencontainers/runtime-spec/1/features/Features';

/**
 * A containerd.types.RuntimeInfo; the options that came on standard input are part of it.
 * @throws RuntimeError InvalidArgument for other options than ours
 */
export function printInfo(): void {
  const input = readStandardInput();
  const options = input.length === 0 ? undefined : Any.decode(input);
  if (options !== undefined && !isOptions(options))
    throw new RuntimeError('InvalidArgument', `type with url ${options.typeUrl}: not found`, { stage: 'options' });
  const info = {
    name: 'io.containerd.hoist.v1',
    version: { version: VERSION, revision: COMMIT },
    features: { typeUrl: FEATURES, value: new TextEncoder().encode(JSON.stringify(features())) },
    ...(options === undefined ? {} : { options }),
  };
  native.write(STDOUT, RuntimeInfo.encode(info).finish());
}

/** For people, in the shape that containerd's shims have. */
export function printVersion(): void {
  const { bun, node } = process.versions;
  const engine = bun === undefined ? `  Node version: ${node}` : `  Bun version: ${bun}`;
  const lines = ['containerd-shim-hoist-v1:', `  Version:  ${VERSION}`, `  Revision: ${COMMIT}`, engine, '', ''];
  native.write(STDOUT, lines.join('\n'));
}
