import type { Hook, Hooks, Mount, Root, Spec } from '../types.ts';
import { ID_MAPPINGS, LINUX } from './linux.ts';
import { PROCESS } from './process.ts';
import { BOOLEAN, int, LONG_STRINGS, listOf, mapOf, object, STRING, STRINGS, VERY_MANY } from './rule.ts';

const MOUNT = object<Mount>(
  {
    destination: STRING,
    type: STRING,
    source: STRING,
    options: STRINGS,
    uidMappings: ID_MAPPINGS,
    gidMappings: ID_MAPPINGS,
  },
  { destination: 'is required' },
);

const HOOK = object<Hook>(
  { path: STRING, args: LONG_STRINGS, env: LONG_STRINGS, timeout: int(1, 0x7fffffff) },
  { path: 'is required' },
);

const HOOK_LIST = listOf<Hook>(HOOK);

/** The whole of config.json. */
export const SPEC = object<Spec>(
  {
    ociVersion: STRING,
    root: object<Root>({ path: STRING, readonly: BOOLEAN }, { path: 'is required' }),
    process: PROCESS,
    hostname: STRING,
    domainname: STRING,
    mounts: listOf(MOUNT),
    hooks: object<Hooks>(
      {
        prestart: HOOK_LIST,
        createRuntime: HOOK_LIST,
        createContainer: HOOK_LIST,
        startContainer: HOOK_LIST,
        poststart: HOOK_LIST,
        poststop: HOOK_LIST,
      },
      {},
    ),
    annotations: mapOf<string>(STRING, VERY_MANY),
    linux: LINUX,
  },
  { ociVersion: 'is required', root: 'root must be specified' },
);
