/** The options of `checkpoint` and `restore`. */

import type { Option } from '../option.ts';
import { bundle, consoleSocket, detach, help, pidFile } from './shared.ts';

const folder = { kind: 'text', value: 'DIR', complete: 'folder' } as const;

const images = {
  ...folder,
  name: 'image-path',
  fallback: './checkpoint',
  summary: "path of the folder of criu's image files",
} as const satisfies Option;

/** What both commands have, with the same meaning. */
const shared = () =>
  [
    { ...folder, name: 'work-path', fallback: 'the image path', summary: 'path for work files and logs' },
    { name: 'tcp-established', kind: 'flag', summary: 'allow open tcp connections' },
    { name: 'ext-unix-sk', kind: 'flag', summary: 'allow external unix sockets' },
    { name: 'shell-job', kind: 'flag', summary: 'allow shell jobs' },
    { name: 'lazy-pages', kind: 'flag', summary: 'use userfaultfd to lazily restore memory pages' },
    { name: 'file-locks', kind: 'flag', summary: 'handle file locks, for safety' },
    {
      name: 'manage-cgroups-mode',
      kind: 'text',
      value: 'MODE',
      complete: ['soft', 'full', 'strict', 'ignore'],
      fallback: 'soft',
      summary: 'cgroups mode: soft|full|strict|ignore',
    },
    {
      name: 'empty-ns',
      kind: 'texts',
      value: 'NAMESPACE',
      complete: ['network'],
      summary: "create a namespace, but don't restore its properties; always so for the network",
    },
    { name: 'auto-dedup', kind: 'flag', summary: 'enable auto deduplication of memory images' },
  ] as const satisfies readonly Option[];

export const checkpointOptions = () =>
  [
    images,
    {
      ...folder,
      name: 'parent-path',
      summary: 'path of the image files of a pre-dump, relative to the image path',
    },
    { name: 'leave-running', kind: 'flag', summary: 'leave the process running after checkpointing' },
    { name: 'tcp-skip-in-flight', kind: 'flag', summary: 'skip in-flight tcp connections' },
    { name: 'link-remap', kind: 'flag', summary: 'allow one to link unlinked files back when possible' },
    {
      name: 'status-fd',
      kind: 'text',
      value: 'FD',
      summary: 'write \\0 to this descriptor once the page server of --lazy-pages is ready',
    },
    { name: 'page-server', kind: 'text', value: 'ADDRESS:PORT', summary: 'ADDRESS:PORT of the page server' },
    {
      name: 'pre-dump',
      kind: 'flag',
      summary: "dump container's memory information only, leave the container running after this",
    },
    ...shared(),
    help,
  ] as const satisfies readonly Option[];

export const restoreOptions = () =>
  [
    bundle,
    consoleSocket,
    images,
    detach,
    pidFile,
    {
      name: 'no-subreaper',
      kind: 'flag',
      summary: 'disable the use of the subreaper used to reap reparented processes',
    },
    { name: 'no-pivot', kind: 'flag', summary: 'without effect: criu enters the root in its own way' },
    {
      name: 'lsm-profile',
      kind: 'text',
      value: 'TYPE:NAME',
      summary: 'security profile to be used instead of the saved one',
    },
    {
      name: 'lsm-mount-context',
      kind: 'text',
      value: 'CONTEXT',
      summary: 'security context of mounts to be used instead of the saved one',
    },
    ...shared(),
    help,
  ] as const satisfies readonly Option[];
