/**
 * `start`: a shim for one more container. containerd waits for the address on standard output, and for the end of the program that it has
 * started, which is the launcher: this process is its child, and becomes the daemon. Or it ends, when the container's group has one.
 */

import { reportPipe } from '../../host/launch.ts';
import { native } from '../../host/native.ts';
import type { Log } from '../../log.ts';
import { serveTasks } from '../daemon.ts';
import { demandTask, type Flags } from '../flags.ts';
import { openShimLog } from '../log-pipe.ts';
import { readOptions, type ShimOptions } from '../options.ts';
import { readStandardInput } from '../standard-input.ts';
import { engineVersion } from './engine-version.ts';
import { chooseGrouping, groupOf, leadsPod, socketPath } from './group.ts';
import { adjustOomScore, enterShimCgroup, leaveStandardStreams } from './own-process.ts';
import { readParams, type StartParams, startAnswer } from './params.ts';
import { claimSocket } from './socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const STDOUT = 1;
const SUCCESS = new Uint8Array([0]);

/**
 * Returns when the daemon serves; does not return when another one does.
 * @throws RuntimeError, SystemError; nothing is left behind then
 */
export async function start(flags: Flags, environment: Environment): Promise<void> {
  demandTask(flags);
  const params = await readParams(readStandardInput(), flags, environment);
  const bundle = process.cwd();
  const { log, write } = openShimLog(bundle, params.debug);
  const options = await optionsOf(params, log);
  const speaksGrpc = environment.HOIST_SHIM_PROTOCOL === 'grpc';
  // Who finds a shim of its group asks it whether it is one, by ttrpc.
  const grouping = speaksGrpc ? 'container' : chooseGrouping(options, environment);
  const group = groupOf(grouping, bundle, params.id);
  const path = socketPath(params, group);
  const listener = await claimSocket(path, params.id);
  try {
    if (listener !== undefined) await settle(options);
    const address = speaksGrpc ? await grpcAddress(path, params) : `unix://${path}`;
    const version = !speaksGrpc && leadsPod(grouping, bundle, params.id, group) ? versionForPods(params) : 2;
    await tell(address, await startAnswer(address, params.structured, version), bundle, environment);
  } catch (error) {
    if (listener !== undefined) native.unlink(path);
    native.unlink(`${bundle}/address`);
    log.error(`the shim does not start: ${error instanceof Error ? error.message : error}`);
    throw error;
  }
  if (listener === undefined) return native.exit(0);
  const { namespace, ttrpcAddress, debug } = params;
  await serveTasks({ listener, socketPath: path, namespace, ttrpcAddress, speaksGrpc, debug, log: write });
}

/**
 * Version 3 of the protocol has containerd 2 bring a pod's other containers to this shim by itself, without a `start` for each and a
 * `delete` after it, which take longer than all that is done for the container. containerd 1 refuses it.
 */
function versionForPods({ structured, grpcAddress }: StartParams): 2 | 3 {
  return structured || /^v?[2-9]\./.test(engineVersion(grpcAddress)) ? 3 : 2;
}

/** @throws RuntimeError for a containerd that does not take it */
async function grpcAddress(path: string, params: StartParams): Promise<string> {
  const { demandGrpcTaker, grpcAnswer } = await import('./announce.ts');
  await demandGrpcTaker(params.grpcAddress);
  return grpcAnswer(path);
}

/** What is wrong with them is Create's to say, which takes them once more: containerd's own shims do the same. */
async function optionsOf({ options }: StartParams, log: Log): Promise<ShimOptions> {
  try {
    return await readOptions(options, (what) => log.debug(`option without effect: ${what}`));
  } catch (error) {
    log.warn(error instanceof Error ? error.message : String(error));
    return readOptions(undefined);
  }
}

/** Before the answer: what fails here fails `start`. */
async function settle({ shimCgroup }: ShimOptions): Promise<void> {
  adjustOomScore();
  if (shimCgroup !== '') await enterShimCgroup(shimCgroup);
}

/**
 * The address goes into the bundle, where containerd 1 looks for it after a restart, and to standard output. The launcher ends as soon as
 * it hears of it; when it has been killed, because containerd has given up waiting, that fails with EPIPE.
 */
async function tell(
  address: string,
  answer: string | Uint8Array,
  bundle: string,
  environment: Environment,
): Promise<void> {
  native.replaceFile(`${bundle}/address`, address, 0o644);
  native.write(STDOUT, answer);
  leaveStandardStreams();
  const pipe = reportPipe(environment);
  if (pipe === undefined) return;
  native.write(pipe, SUCCESS);
  native.close(pipe);
}
