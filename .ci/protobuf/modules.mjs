// Which messages become which module of src/proto: cut by who needs them when, since a shim that sits there for days keeps what it has loaded.

/**
 * `files` are below proto/. `take` names messages and enumerations by their full names (a package stands for all that it has; without
 * it, everything in the files is taken); what they refer to comes along, unless one of the modules in `uses` has it. The names lose their
 * packages; `as` tells apart what would then be called the same. `exact`: 64-bit fields take a bigint too, and there is no decoder,
 * whose numbers could not hold them.
 */
export const MODULES = {
  criu: { files: ['criu/rpc.proto'] },
  types: {
    files: ['google/protobuf/any.proto', 'google/protobuf/timestamp.proto', 'containerd/types/mount.proto'],
    take: ['google.protobuf.Any', 'google.protobuf.Timestamp', 'containerd.types.Mount'],
  },
  task: {
    files: ['containerd/runtime/task/v3/shim.proto'],
    take: ['containerd.task.v3'],
    uses: ['types'],
  },
  events: {
    files: ['containerd/events/task.proto', 'containerd/services/ttrpc/events/v1/events.proto'],
    take: ['containerd.events', 'containerd.services.events.ttrpc.v1'],
    uses: ['types'],
  },
  subscription: {
    files: ['containerd/services/events/v1/events.proto'],
    take: ['containerd.services.events.v1.PublishRequest', 'containerd.services.events.v1.SubscribeRequest'],
    uses: ['types'],
  },
  options: {
    files: ['containerd/types/runc/options/oci.proto', 'containerd/types/runtimeoptions/v1/api.proto'],
    take: ['containerd.runc.v1', 'runtimeoptions.v1'],
    as: { 'runtimeoptions.v1.Options': 'RuntimeOptions' },
  },
  'options-linux': {
    files: ['containerd/runtime/linux/runctypes/runc.proto'],
    take: ['containerd.linux.runc.CreateOptions'],
  },
  bootstrap: {
    files: ['containerd/runtime/bootstrap/v1/bootstrap.proto'],
    take: ['containerd.runtime.bootstrap.v1'],
    uses: ['types'],
  },
  info: {
    files: ['containerd/types/introspection.proto'],
    take: ['containerd.types.RuntimeInfo'],
    uses: ['types'],
  },
  'metrics-v1': {
    files: ['cgroups/v1/metrics.proto'],
    take: ['io.containerd.cgroups.v1.Metrics'],
    exact: true,
  },
  'metrics-v2': {
    files: ['cgroups/v2/metrics.proto'],
    take: ['io.containerd.cgroups.v2.Metrics'],
    exact: true,
  },
  reflection: {
    files: ['grpc/reflection/v1/reflection.proto'],
    take: ['grpc.reflection.v1'],
  },
};
