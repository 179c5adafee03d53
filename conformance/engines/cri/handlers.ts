/** The ways in which containerd's CRI plugin can be told to run containers: "runtime handlers", Kubernetes' RuntimeClasses. */
import { peer } from '../../peers.ts';

export interface Handler {
  readonly name: string;
  /** `runtime_type`: the program of the shim is named after it, unless there is a path. */
  readonly type: 'io.containerd.runc.v2' | 'io.containerd.hoist.v1';
  /** The table `options`. */
  readonly options?: Readonly<Record<string, string>>;
  /** The part of docs/engines.md that shows all of this, as people write it. */
  readonly heading?: string;
  /** In the path of the program of its shims. */
  readonly shim: 'containerd-shim-runc-v2' | 'hoist-shim';
}

/** Where `hoist-options` keeps its state, by docs/engines.md: not where it would be without options. */
export const rootOfOptions = '/run/hoist-of-options';

const stock = { type: 'io.containerd.runc.v2', shim: 'containerd-shim-runc-v2' } as const;
const ours = { type: 'io.containerd.hoist.v1', shim: 'hoist-shim' } as const;

const all: readonly Handler[] = [
  { name: 'runc', ...stock },
  { name: 'hoist-by-path', ...stock, heading: 'containerd 2', shim: 'hoist-shim' },
  { name: 'hoist', ...ours },
  { name: 'hoist-options', ...ours, heading: 'A type of its own' },
  { name: 'hoist-as-runc', ...stock, heading: "As the runtime of containerd's own shim" },
];

/** The columns of the table; crun is there for who asks. */
export const handlerNames = [...all.map(({ name }) => name), 'crun'];

/** @returns undefined for a name that none has */
export function handlerNamed(name: string): Handler | undefined {
  if (name === 'crun') return { name, ...stock, options: { BinaryName: peer('crun') } };
  return all.find((handler) => handler.name === name);
}

/**
 * containerd asks only the shim of io.containerd.runc.v2 for its features (2.1; `-info`), so what depends on them, user
 * namespaces and recursive read-only mounts, is not done with other types, whatever their shims can do.
 */
export function isAskedForFeatures({ type }: Handler): boolean {
  return type === 'io.containerd.runc.v2';
}
