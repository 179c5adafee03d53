import type { Status } from '../enums.ts';
import type { IdMapping, Linux } from './linux.ts';
import type { Process } from './process.ts';

/** A container's configuration, the whole of config.json (spec: config.md). */
export interface Spec {
  /** Semantic version of the specification that the file follows. */
  ociVersion: string;
  root: Root;
  /** The validator demands it unless told otherwise: `start` needs it. */
  process?: Process;
  hostname?: string;
  domainname?: string;
  /** In the order in which they are mounted. */
  mounts?: Mount[];
  hooks?: Hooks;
  annotations?: Record<string, string>;
  linux?: Linux;
}

export interface Root {
  /** The root file system on the host: absolute, or relative to the bundle. */
  path: string;
  readonly?: boolean;
}

/** spec: config.md, Mounts. */
export interface Mount {
  /** Where in the container; absolute (a relative one is deprecated and counts from `/`). */
  destination: string;
  /** A file system of /proc/filesystems; ignored for bind mounts. */
  type?: string;
  /** A device, a name, or for bind mounts a host path (absolute or relative to the bundle). */
  source?: string;
  options?: string[];
  /** Mappings of an idmapped mount; both or neither. */
  uidMappings?: IdMapping[];
  gidMappings?: IdMapping[];
}

/** spec: config.md, POSIX-platform Hooks. */
export interface Hook {
  /** Absolute path of the program. */
  path: string;
  /** The whole argv, the program's name first. */
  args?: string[];
  env?: string[];
  /** Seconds after which the hook is killed; more than 0. */
  timeout?: number;
}

export interface Hooks {
  /** Deprecated; run where createRuntime hooks are, before them. */
  prestart?: Hook[];
  createRuntime?: Hook[];
  createContainer?: Hook[];
  startContainer?: Hook[];
  poststart?: Hook[];
  poststop?: Hook[];
}

/** What hooks get on stdin (spec: runtime.md, State); the `state` command prints runc's superset of it. */
export interface State {
  ociVersion: string;
  id: string;
  status: Status;
  /** The pid of the container's first process as the host sees it; absent (or 0) once it stopped. */
  pid?: number;
  /** Absolute path of the bundle. */
  bundle: string;
  annotations?: Record<string, string>;
}
