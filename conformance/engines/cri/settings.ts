/** The files that containerd, its registry and its network read in the machine. */
import { rootFolder } from '../../containerd/rig/daemon.ts';
import { documented } from '../rig/documented.ts';
import type { Handler } from './handlers.ts';
import { pauseImage } from './images.ts';

/** Where the registry listens, which all pulls go to. */
const registryAddress = '127.0.0.1:5000';

/** Not needed: they take time at each start, or fail on a machine like this and fill the log. NRI's specs pass now and then only. */
const unused = [
  ...['aufs', 'blockfile', 'btrfs', 'devmapper', 'erofs', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`),
  ...['io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing'],
];

/** What docs/engines.md shows for hoist, under the name of the column. */
function shown(plugin: string, heading: string, name: string): string {
  return documented(heading)
    .text.replace(/^version = .*$/m, '')
    .replaceAll('io.containerd.cri.v1.runtime', plugin)
    .replaceAll('runtimes.hoist', `runtimes."${name}"`);
}

function runtimes(plugin: string, handlers: readonly Handler[]): string {
  return handlers
    .map(({ name, type, options, heading }) => {
      if (heading) return shown(plugin, heading, name);
      const table = `[plugins."${plugin}".containerd.runtimes."${name}"`;
      const rows = Object.entries(options ?? {}).map(([key, value]) => `${key} = "${value}"`);
      return [`${table}]`, `runtime_type = "${type}"`, ...(rows.length > 0 ? [`${table}.options]`, ...rows] : [])].join(
        '\n',
      );
    })
    .join('\n');
}

/**
 * containerd's configuration. restrict_oom_score_adj: nobody here may lower it, and every pod asks.
 * @param version containerd's, as `2.1`
 * @param handlers the first is that of pods that ask for none
 * @param plugins the folder of the CNI plugins
 */
export function containerdConfig(version: string, handlers: readonly Handler[], plugins: string): string {
  const first = handlers[0]?.name ?? '';
  const isOld = version.startsWith('1.');
  const runtime = isOld ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.runtime';
  const image = isOld ? runtime : 'io.containerd.cri.v1.images';
  return `version = ${isOld ? 2 : 3}
root = "${rootFolder}"
state = "/run/containerd"
disabled_plugins = ${JSON.stringify(unused)}
[plugins."io.containerd.nri.v1.nri"]
disable = true
[plugins."${runtime}"]
restrict_oom_score_adj = true
${isOld ? `sandbox_image = "${pauseImage}"` : ''}
[plugins."${runtime}".containerd]
default_runtime_name = "${first}"
[plugins."${runtime}".cni]
${isOld ? `bin_dir = "${plugins}"` : `bin_dirs = ["${plugins}"]`}
conf_dir = "/etc/cni/net.d"
${isOld ? '' : `[plugins."${image}".pinned_images]\nsandbox = "${pauseImage}"`}
[plugins."${image}".registry]
config_path = "/etc/containerd/certs.d"
${runtimes(runtime, handlers)}
`;
}

/** For every registry that has no file of its own: `certs.d/_default/hosts.toml`. */
export const mirrors = `server = "http://${registryAddress}"
[host."http://${registryAddress}"]
capabilities = ["pull", "resolve"]
`;

/** docker-registry's, over a folder that nobody may write to. */
export const registryConfig = (folder: string) => `version: 0.1
log: { level: error }
storage:
  filesystem: { rootdirectory: ${folder} }
  maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: true } }
http: { addr: ${registryAddress} }
`;

/** A bridge for the pods, and ports of the host. */
export const network = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      promiscMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.88.0.0/16' }]],
        routes: [{ dst: '0.0.0.0/0' }],
        dataDir: '/run/cni',
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});
