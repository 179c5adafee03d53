import { isSystemError, RuntimeError } from '../errors.ts';
import type { Device, DeviceRule } from '../spec/types.ts';
import { deviceLines, parseDeviceList, samePolicy } from './device-list.ts';
import { containerRules, type DevicePolicy, devicePolicy } from './device-rules.ts';
import { detailOf } from './failure.ts';
import type { GroupNative } from './files.ts';
import { noGroup } from './write.ts';

const O_WRONLY = 1;

/**
 * Writes a container's device rules into its v1 group.
 *
 * @returns what reads back what the kernel made of them: a rule that silently did not take is an open door. To be called before
 * anything of the container's runs; it throws Internal when the result is not what was asked for.
 * @throws RuntimeError InvalidArgument for rules that v1 cannot express
 */
export function setDevicesV1(
  native: GroupNative,
  directory: string | undefined,
  rules: readonly DeviceRule[] | undefined,
  devices: readonly Device[] | undefined,
): () => void {
  const target = devicePolicy(containerRules(rules, devices));
  if (directory === undefined) throw noGroup('devices');
  const open = new Map<string, number>();
  try {
    for (const { file, line } of deviceLines(target)) {
      const descriptor = open.get(file) ?? native.open(`${directory}/${file}`, O_WRONLY);
      open.set(file, descriptor);
      writeLine(native, descriptor, `${directory}/${file}`, line);
    }
  } finally {
    for (const descriptor of open.values()) native.close(descriptor);
  }
  return () => verify(native, directory, target);
}

function verify(native: GroupNative, directory: string, target: DevicePolicy): void {
  const result = parseDeviceList(native.readFile(`${directory}/devices.list`));
  const detail = { stage: 'cgroup', path: directory };
  if (result.allowAll !== target.allowAll) {
    throw new RuntimeError('Internal', "resulting devices cgroup doesn't match target mode", detail);
  }
  if (!target.allowAll && !samePolicy(result, target)) {
    throw new RuntimeError('Internal', "resulting devices cgroup doesn't precisely match target", detail);
  }
}

function writeLine(native: GroupNative, descriptor: number, path: string, line: string): void {
  try {
    native.write(descriptor, line);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const hint = error.code === 'EPERM' ? 'the group above does not have this device itself' : undefined;
    const text = `failed to write ${JSON.stringify(line)}: write ${path}: ${error.message.replace(/^write:? /, '')}`;
    throw new RuntimeError('Internal', text, { ...detailOf(error), path, hint }, error);
  }
}
