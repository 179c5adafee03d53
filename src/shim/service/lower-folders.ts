/**
 * The lower layers of an overlay. mount(2) takes a page of options, which some fifty layers fill; so the folder that all of them are in
 * becomes the working directory of the thread that mounts, and the layers are named from there: some five hundred, as many as the kernel has
 * place for. The name of each layer in /proc/self/mountinfo is the shorter one then, as with containerd's own shims.
 */

/** Of options for mount(2), with their NUL; the smallest page there is. */
const MOST_BYTES = 4095;
const LOWER = 'lowerdir=';

/** Options of an overlay, and what their relative paths are relative to. */
export interface OverlayOptions {
  readonly data: readonly string[];
  readonly folder: string | undefined;
}

/** Whether mount(2) takes all of them; what is more it would leave out without a word. */
export function fits(data: readonly string[]): boolean {
  return new TextEncoder().encode(data.join(',')).length <= MOST_BYTES;
}

/** @param data the options of an overlay; they come back as they are when they fit */
export function shortened(data: readonly string[]): OverlayOptions {
  if (fits(data)) return { data, folder: undefined };
  const layers = lowerFolders(data);
  const folder = commonFolder(layers);
  if (folder === undefined) return { data, folder };
  return {
    data: withLowerFolders(
      data,
      layers.map((layer) => layer.slice(folder.length + 1)),
    ),
    folder,
  };
}

/** The lower layers, the uppermost first; none when there is no such option. */
export function lowerFolders(data: readonly string[]): string[] {
  const option = data.find((each) => each.startsWith(LOWER));
  return option === undefined ? [] : option.slice(LOWER.length).split(':');
}

export function withLowerFolders(data: readonly string[], layers: readonly string[]): string[] {
  return data.map((each) => (each.startsWith(LOWER) ? LOWER + layers.join(':') : each));
}

/** The nearest folder that all paths are in; undefined when that is the top of all, which would gain nothing. */
export function commonFolder(paths: readonly string[]): string | undefined {
  const [first = '', ...others] = paths;
  let length = first.lastIndexOf('/');
  while (length > 0) {
    const folder = first.slice(0, length + 1);
    if (others.every((path) => path.startsWith(folder) && path.length > folder.length)) return first.slice(0, length);
    length = first.lastIndexOf('/', length - 1);
  }
  return undefined;
}
