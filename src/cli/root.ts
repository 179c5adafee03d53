/** Whose state root it is: runc's rule for XDG_RUNTIME_DIR. */

/** What the choice of the state root depends on. */
export interface RootFacts {
  /** XDG_RUNTIME_DIR and USER. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asked only when it matters, like the next. */
  euid(): number;
  /** /proc/self/uid_map. */
  uidMap(): string;
}

/**
 * The state root without `--root`, by runc's rule: `$XDG_RUNTIME_DIR/hoist` for everyone but root; root in a user
 * namespace counts as everyone, unless USER says root.
 */
export function defaultRoot(facts: RootFacts): { readonly path: string; readonly ofUser: boolean } {
  const folder = facts.environment.XDG_RUNTIME_DIR;
  if (!folder || !isUser(facts)) return { path: '/run/hoist', ofUser: false };
  return { path: `${folder}/hoist`, ofUser: true };
}

function isUser(facts: RootFacts): boolean {
  if (facts.euid() !== 0) return true;
  const initial = /^\s*0\s+0\s+4294967295\s*$/.test(facts.uidMap());
  return !initial && facts.environment.USER !== 'root';
}
