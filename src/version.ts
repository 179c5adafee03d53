/** What this build of hoist is. */

declare const HOIST_COMMIT: string | undefined;

/** The version of package.json; a test compares the two. */
export const VERSION = '0.1.0';

/** `git describe` of the sources, which the build defines; empty when run from sources. */
export const COMMIT = typeof HOIST_COMMIT === 'undefined' ? '' : HOIST_COMMIT;
