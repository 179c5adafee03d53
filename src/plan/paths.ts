/** Lexical paths: pure text, no file system. What a path of the container leads to is decided in hoist-init, on descriptors. */

/** Absolute and without `.`, `..`, `//`; a relative path counts from `/`. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A path of the host: relative ones count from `base`. Not cleaned: a `..` after a link means what the kernel says. */
export function hostPath(path: string, base: string): string {
  return path.startsWith('/') ? path : `${base}/${path}`;
}

/** The last component. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
