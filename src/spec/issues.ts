// Collecting what is wrong with a configuration, and saying it in one line.

/** One thing wrong. `path` is the JSON path (`linux.namespaces[2].type`; `.` is the whole document). */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Where the checks leave what they find. */
export class Findings {
  readonly issues: Issue[] = [];
  readonly warnings: Issue[] = [];

  /** Something that makes the configuration unusable. */
  issue(path: string, message: string): void {
    this.issues.push({ path, message });
  }

  /** Something to tell the user of, but not to refuse. */
  warn(path: string, message: string): void {
    this.warnings.push({ path, message });
  }

  /**
   * True when no issue lies at, above or below one of these paths: what is there has the form that the types promise,
   * and a check of its meaning may read it.
   */
  clean(paths: readonly string[]): boolean {
    return this.issues.length === 0 || this.issues.every((issue) => paths.every((path) => !related(issue.path, path)));
  }
}

function related(a: string, b: string): boolean {
  return a === '.' || b === '.' || a === b || isBelow(a, b) || isBelow(b, a);
}

function isBelow(path: string, ancestor: string): boolean {
  if (!path.startsWith(ancestor)) return false;
  const next = path[ancestor.length];
  return next === '.' || next === '[';
}

/** Issues named in full by issuesText; the rest are counted. */
const NAMED = 4;

/**
 * All issues as one clear line: the first few with their paths, then how many more.
 *
 * @param subject what was read, for example `config.json`.
 */
export function issuesText(issues: readonly Issue[], subject = 'config.json'): string {
  const named = issues.slice(0, NAMED).map((issue) => `${issue.path}: ${issue.message}`);
  const more = issues.length - named.length;
  return `invalid ${subject}: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** Longest piece of somebody's text that a message repeats. */
const QUOTED = 80;

/** A foreign string for a message: in quotes, control characters escaped, shortened. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}

/** The path of a member: `parent.key`, or `parent["odd.key"]` for keys that are not plain words. */
export function memberPath(parent: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${parent}[${quote(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
