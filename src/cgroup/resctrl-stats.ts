import type { Int } from '../spec/types.ts';
import { type GroupNative, read } from './files.ts';
import type { ClassOfService } from './resctrl.ts';
import { readCount, unlessZero } from './stats.ts';

/** The member `intel_rdt` of `events`, as runc prints it (types/events.go). */
export interface ResctrlStats {
  readonly l3_cache_info?: {
    cbm_mask?: string | undefined;
    min_cbm_bits?: Int | undefined;
    num_closids?: Int | undefined;
  };
  readonly l3_cache_schema_root?: string;
  readonly l3_cache_schema?: string;
  readonly mem_bw_info?: Readonly<
    Record<'bandwidth_gran' | 'delay_linear' | 'min_bandwidth' | 'num_closids', Int | undefined>
  >;
  readonly mem_bw_schema_root?: string;
  readonly mem_bw_schema?: string;
  readonly schemata?: readonly string[];
  readonly mbm_stats?: readonly { readonly mbm_total_bytes: Int; readonly mbm_local_bytes: Int }[];
  readonly cmt_stats?: readonly { readonly llc_occupancy: Int }[];
}

/**
 * What the container's class allows and uses.
 *
 * @param root where resctrl is mounted
 * @throws SystemError
 */
export function resctrlStats(native: GroupNative, root: string, place: ClassOfService): ResctrlStats {
  const schemata = linesOf(native, `${place.path}/schemata`);
  const roots = linesOf(native, `${root}/schemata`);
  // Without a monitoring group of its own these are the figures of the whole class.
  const monitored = place.monitor ?? place.path;
  return {
    ...cacheStats(native, `${root}/info/L3`, roots, schemata),
    ...bandwidthStats(native, `${root}/info/MB`, roots, schemata),
    schemata,
    ...monitoring(native, `${root}/info/L3_MON/mon_features`, `${monitored}/mon_data`),
  };
}

function cacheStats(native: GroupNative, info: string, roots: string[], schemata: string[]): ResctrlStats {
  if (native.stat(info) === undefined) return {};
  return {
    l3_cache_info: {
      cbm_mask: read(native, `${info}/cbm_mask`)?.trim() || undefined,
      min_cbm_bits: unlessZero(readCount(native, `${info}/min_cbm_bits`)),
      num_closids: unlessZero(readCount(native, `${info}/num_closids`)),
    },
    ...lineWith('l3_cache_schema_root', roots, 'L3'),
    ...lineWith('l3_cache_schema', schemata, 'L3'),
  };
}

function bandwidthStats(native: GroupNative, info: string, roots: string[], schemata: string[]): ResctrlStats {
  if (native.stat(info) === undefined) return {};
  const count = (name: string) => unlessZero(readCount(native, `${info}/${name}`));
  return {
    mem_bw_info: {
      bandwidth_gran: count('bandwidth_gran'),
      delay_linear: count('delay_linear'),
      min_bandwidth: count('min_bandwidth'),
      num_closids: count('num_closids'),
    },
    ...lineWith('mem_bw_schema_root', roots, 'MB'),
    ...lineWith('mem_bw_schema', schemata, 'MB'),
  };
}

/** One entry for each L3 domain (`mon_data/mon_L3_00`). */
function monitoring(native: GroupNative, features: string, data: string): ResctrlStats {
  const known = linesOf(native, features);
  const bandwidth = known.includes('mbm_total_bytes') || known.includes('mbm_local_bytes');
  const occupancy = known.includes('llc_occupancy');
  if (!bandwidth && !occupancy) return {};
  const folders = native
    .readDirectory(data)
    .filter(({ kind }) => kind === 'directory')
    .map(({ name }) => `${data}/${name}`)
    .sort();
  const count = (folder: string, name: string) => readCount(native, `${folder}/${name}`) ?? 0;
  const mbm = folders.map((folder) => ({
    mbm_total_bytes: count(folder, 'mbm_total_bytes'),
    mbm_local_bytes: count(folder, 'mbm_local_bytes'),
  }));
  const cmt = folders.map((folder) => ({ llc_occupancy: count(folder, 'llc_occupancy') }));
  return { ...(bandwidth ? { mbm_stats: mbm } : {}), ...(occupancy ? { cmt_stats: cmt } : {}) };
}

function linesOf(native: GroupNative, path: string): string[] {
  return (read(native, path) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The last line of a resource, as runc takes it: `L3CODE` and `L3DATA` count as `L3`. */
function lineWith<Key extends string>(key: Key, lines: readonly string[], resource: string): { [K in Key]?: string } {
  const line = lines.findLast((one) => one.includes(resource));
  return (line === undefined ? {} : { [key]: line }) as { [K in Key]?: string };
}
