/** Layers whose owners are mapped, for containers with a user namespace: nothing in them is changed, the mount shows other owners. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { mappedNamespace } from '../../runtime/mapped-namespace.ts';
import { commonFolder, lowerFolders, withLowerFolders } from './lower-folders.ts';
import { mappedPlace } from './mounted.ts';

const MNT_DETACH = 2;
const PRIVATE = 0o700;

/** @throws RuntimeError InvalidArgument for maps that are none */
export function whileMapped(uidMap: string, gidMap: string, act: (namespace: number) => void): void {
  const namespace = mappedNamespace(parseMap(uidMap), parseMap(gidMap));
  try {
    act(namespace);
  } finally {
    native.close(namespace);
  }
}

/**
 * An overlay cannot be mapped itself, but its lower layers can: the folder that has them all is mounted, mapped, in another place, from which
 * the overlay gets them. It holds them after that place is gone.
 * @param mount mounts the overlay with other options
 * @throws RuntimeError InvalidArgument when the layers have no folder in common
 */
export function withMappedLayers(
  data: readonly string[],
  target: string,
  namespace: number,
  mount: (data: readonly string[]) => void,
): void {
  const layers = lowerFolders(data);
  const folder = commonFolder(layers);
  if (folder === undefined)
    throw new RuntimeError('InvalidArgument', 'failed to prepare idmapped overlay: no common folder of its layers', {
      stage: 'rootfs',
    });
  const place = mappedPlace(target);
  native.mkdir(place, PRIVATE);
  try {
    native.mountMapped(folder, place, namespace, true);
    try {
      mount(
        withLowerFolders(
          data,
          layers.map((layer) => place + layer.slice(folder.length)),
        ),
      );
    } finally {
      native.unmount(place, MNT_DETACH);
    }
  } finally {
    native.rmdir(place);
  }
}

function parseMap(text: string) {
  return text.split(',').map((line) => {
    const numbers = line.split(':').map((word) => (/^\d{1,10}$/.test(word) ? Number(word) : Number.NaN));
    const [containerID = Number.NaN, hostID = Number.NaN, size = Number.NaN] = numbers;
    if (numbers.length === 3 && !numbers.some(Number.isNaN)) return { containerID, hostID, size };
    const message = `invalid mapping ${JSON.stringify(line)}: it must be container-id:host-id:size`;
    throw new RuntimeError('InvalidArgument', message, { stage: 'rootfs' });
  });
}
