import type { MemoryResources, Resources } from '../spec/types.ts';

/** One limit on its way into a file of a control group. */
export interface Write {
  /** The controller as v1 names it (`memory`, `blkio`) or v2 does (`memory`, `io`). */
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** Where the value goes when the file does not exist on this kernel (ENOENT). */
  readonly otherwise?: { readonly file: string; readonly value: string } | undefined;
  /** ENOENT is no failure: the kernel has no such knob and what was asked is what it does anyway, or an extra. */
  readonly optional?: boolean | undefined;
  /** EINVAL is no failure yet: the kernel may take the value once the later writes with this controller are done. */
  readonly again?: boolean | undefined;
}

/** What a resources block asks for, in the order of writing. */
export interface ResourcePlan {
  readonly writes: readonly Write[];
  /** Settings that this host's cgroups do not have, one line each for the log. */
  readonly warnings: readonly string[];
}

/** Collects the writes of one controller; empty values are left out ("not set"). */
export class WriteList {
  readonly writes: Write[] = [];
  readonly warnings: string[] = [];

  add(controller: string, file: string, value: string | number | bigint | undefined, more: Partial<Write> = {}): void {
    if (value === undefined || value === '' || value === 0 || value === 0n) return;
    this.writes.push({ controller, file, value: String(value), ...more });
  }
}

/** `8:0 500`: a device and a number, as the block files of v1 take them. */
export function deviceValue(device: { major: number; minor: number }, value: string | number | bigint): string {
  return `${device.major}:${device.minor} ${value}`;
}

/** `mlx5_0 hca_handle=2 hca_object=2000` for every device; the same file in v1 and v2. */
export function addRdma(list: WriteList, resources: Resources): void {
  for (const [device, limit] of Object.entries(resources.rdma ?? {})) {
    const handles = limit.hcaHandles === undefined ? '' : ` hca_handle=${limit.hcaHandles}`;
    const objects = limit.hcaObjects === undefined ? '' : ` hca_object=${limit.hcaObjects}`;
    list.add('rdma', 'rdma.max', `${device}${handles}${objects}`);
  }
}

/** Kernel memory limits: deprecated in the specification, gone from Linux 6.1 on. */
export function warnKernelMemory(list: WriteList, memory: MemoryResources): void {
  if (memory.kernel !== undefined || memory.kernelTCP !== undefined) {
    list.warnings.push('Kernel memory settings are ignored and will be removed');
  }
}
