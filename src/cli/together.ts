/**
 * What rare commands import so that the frequent ones stay in few pieces.
 *
 * The bundler makes a piece of every set of modules that the same commands use, and each piece costs 25 µs to load. A command that needs
 * this and that of what `create` needs would cut its modules into many more; one that takes all of them along cuts nothing
 * (docs/performance.md).
 */

import './commands/create.ts';
import './commands/run.ts';
