/** Paths that a person typed, relative to the working directory. Never paths inside a container. */

/** Go's filepath.Abs: absolute and lexically clean; the empty path is the working directory. */
export function absolute(path: string, from?: () => string): string {
  if (isClean(path)) return path;
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${from?.() ?? process.cwd()}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Of an absolute path, that there is nothing to tidy up; what machines pass on mostly is. */
function isClean(path: string): boolean {
  return (
    path[0] === '/' && path.length > 1 && !path.includes('//') && !path.includes('/.') && path[path.length - 1] !== '/'
  );
}
