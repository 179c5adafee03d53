/** Paths that a person typed, relative to the working directory. Never paths inside a container. */

/** Go's filepath.Abs: absolute and lexically clean; the empty path is the working directory. */
export function absolute(path: string, from: () => string = process.cwd): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${from()}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
