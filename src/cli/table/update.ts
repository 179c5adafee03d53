/** The options of `update`. */

import type { Option } from '../option.ts';

const kernelMemory = { kind: 'text', value: 'BYTES', hidden: true, summary: '(obsoleted; do not use)' } as const;

export const limits = () =>
  [
    {
      name: 'resources',
      short: 'r',
      kind: 'text',
      value: 'FILE',
      complete: 'file',
      summary:
        "path to a file with the resources to change as JSON (linux.resources of config.json), or '-' to read standard input; the options of single limits are ignored then",
    },
    { name: 'blkio-weight', kind: 'text', value: 'N', summary: 'relative weight of block I/O, from 10 to 1000' },
    {
      name: 'cpu-period',
      kind: 'text',
      value: 'USEC',
      summary: 'CPU CFS period to be used for hardcapping, in microseconds',
    },
    {
      name: 'cpu-quota',
      kind: 'text',
      value: 'USEC',
      summary: 'CPU CFS hardcap limit, in microseconds: allowed CPU time in a given period; -1 for no limit',
    },
    {
      name: 'cpu-burst',
      kind: 'text',
      value: 'USEC',
      summary: 'CPU CFS hardcap burst limit, in microseconds: CPU time that may be saved up for a burst',
    },
    { name: 'cpu-share', kind: 'text', value: 'N', summary: 'CPU shares (relative weight vs. other containers)' },
    {
      name: 'cpu-rt-period',
      kind: 'text',
      value: 'USEC',
      summary: 'CPU realtime period to be used for hardcapping, in microseconds (cgroup v1)',
    },
    {
      name: 'cpu-rt-runtime',
      kind: 'text',
      value: 'USEC',
      summary: 'CPU realtime hardcap limit, in microseconds: allowed CPU time in a given period (cgroup v1)',
    },
    { name: 'cpuset-cpus', kind: 'text', value: 'LIST', summary: 'CPU(s) to use, for example 0-3,7' },
    { name: 'cpuset-mems', kind: 'text', value: 'LIST', summary: 'memory node(s) to use' },
    { name: 'kernel-memory', ...kernelMemory },
    { name: 'kernel-memory-tcp', ...kernelMemory },
    {
      name: 'memory',
      kind: 'text',
      value: 'BYTES',
      summary: 'memory limit, in bytes or with a unit (512m, 1.5g); -1 for no limit',
    },
    { name: 'cpu-idle', kind: 'text', value: 'N', summary: '1: scheduled as SCHED_IDLE, 0: the default' },
    { name: 'memory-reservation', kind: 'text', value: 'BYTES', summary: 'memory reservation or soft limit' },
    {
      name: 'memory-swap',
      kind: 'text',
      value: 'BYTES',
      summary: 'total memory usage (memory + swap); -1 for unlimited swap',
    },
    {
      name: 'pids-limit',
      kind: 'text',
      value: 'N',
      summary: 'maximum number of processes in the container; -1 for no limit',
    },
    {
      name: 'l3-cache-schema',
      kind: 'text',
      value: 'SCHEMA',
      summary: 'the Intel RDT/CAT L3 cache schema, for example L3:0=7f0;1=1f',
    },
    {
      name: 'mem-bw-schema',
      kind: 'text',
      value: 'SCHEMA',
      summary: 'the Intel RDT/MBA memory bandwidth schema, for example MB:0=20;1=70',
    },
  ] as const satisfies readonly Option[];
