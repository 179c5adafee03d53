/** What `checkpoint` and `restore` are asked for, and the part of criu's options that both share. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { CLONE } from '../../plan/namespaces.ts';
import { criu_cg_mode as CgroupMode, type criu_opts } from '../../proto/criu.js';
import { ANNOTATIONS } from '../../spec/annotations.ts';

export type CriuOptions = criu_opts.$Properties;

/** Options of criu that make sense in both directions; absent is off. */
export interface CriuRequest {
  readonly id: string;
  /** Absolute path of the folder of the images. */
  readonly imagePath: string;
  /** Absolute path of the folder of criu's log and statistics; the images' by default. */
  readonly workPath?: string | undefined;
  readonly tcpEstablished?: boolean | undefined;
  readonly extUnixSk?: boolean | undefined;
  readonly shellJob?: boolean | undefined;
  readonly fileLocks?: boolean | undefined;
  readonly lazyPages?: boolean | undefined;
  readonly autoDedup?: boolean | undefined;
  /** `soft`, `full`, `strict` or `ignore`; criu's own choice by default. */
  readonly manageCgroupsMode?: string | undefined;
}

/** Where criu reads the images, and where it works; descriptors to be closed. */
export interface Folders {
  readonly images: number;
  readonly work: number | undefined;
  /** The path of criu's log. */
  readonly log: string;
}

const O_DIRECTORY = 0o200000;
const PRIVATE = 0o700;
/** criu's level `info`, which runc asks for: a failure is hard to understand without. */
const LOG_LEVEL = 4;
const MODES = {
  '': CgroupMode.DEFAULT,
  soft: CgroupMode.SOFT,
  full: CgroupMode.FULL,
  strict: CgroupMode.STRICT,
  ignore: CgroupMode.IGNORE,
};

/** For all containers without the annotation, whatever the runtime (criu's documentation of runc). */
const CONFIG_FILE = '/etc/criu/runc.conf';

/**
 * Opens the folders; the one for work is made when it is missing.
 * @param logName of criu's log in the folder for work
 * @param root of criu, which may have a mount namespace of its own: it mounts something in the folder for work
 */
export function openFolders({ imagePath, workPath }: CriuRequest, logName: string, root = ''): Folders {
  // The real path: a link would lead out of that root.
  const images = native.open(root + native.realPath(imagePath), O_DIRECTORY);
  try {
    if (!workPath) return { images, work: undefined, log: `${imagePath}/${logName}` };
    native.mkdirAll(workPath, PRIVATE);
    const work = native.open(root + native.realPath(workPath), O_DIRECTORY);
    return { images, work, log: `${workPath}/${logName}` };
  } catch (error) {
    native.close(images);
    throw error;
  }
}

export function closeFolders({ images, work }: Folders): void {
  native.close(images);
  if (work !== undefined) native.close(work);
}

/** @throws RuntimeError InvalidArgument `invalid manage-cgroups-mode value` */
export function sharedOptions(
  request: CriuRequest,
  folders: Folders,
  annotations: Readonly<Record<string, string>> | undefined,
): CriuOptions {
  const configFile = annotations?.[ANNOTATIONS.criuConfig] ?? CONFIG_FILE;
  return {
    imagesDirFd: folders.images,
    ...(folders.work === undefined ? {} : { workDirFd: folders.work }),
    logLevel: LOG_LEVEL,
    logFile: folders.log.slice(folders.log.lastIndexOf('/') + 1),
    manageCgroups: true,
    manageCgroupsMode: cgroupMode(request.manageCgroupsMode ?? ''),
    notifyScripts: true,
    shellJob: request.shellJob === true,
    extUnixSk: request.extUnixSk === true,
    tcpEstablished: request.tcpEstablished === true,
    fileLocks: request.fileLocks === true,
    // Network devices are the business of whoever made them.
    emptyNs: CLONE.network,
    orphanPtsMaster: true,
    autoDedup: request.autoDedup === true,
    lazyPages: request.lazyPages === true,
    ...(configFile === '' ? {} : { configFile }),
  };
}

function cgroupMode(word: string): CgroupMode {
  if (Object.hasOwn(MODES, word)) return MODES[word as keyof typeof MODES];
  throw new RuntimeError('InvalidArgument', 'invalid manage-cgroups-mode value', {
    hint: 'use soft, full, strict or ignore',
  });
}
