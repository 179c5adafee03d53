/** What the checks know about the wish, beyond the configuration itself. */
export interface Context {
  /** The runtime's effective uid is not 0 (root of an outer user namespace is not rootless in this sense). */
  readonly rootless?: boolean;
  /** False for a configuration without a process, which can be created but not started. Default: true. */
  readonly processRequired?: boolean;
}
