import { defineConfig } from 'vitest/config';

/** Inside a guest: one process for all files, for each would take seconds to start; everything takes ten times as long. */
export default defineConfig({
  root: new URL('../../../', import.meta.url).pathname,
  test: {
    reporters: ['verbose', './test/summary.ts'],
    include: ['test/{integration,vm}/**/*.test.ts'],
    setupFiles: ['test/vm/guest/harness/guest.ts'],
    pool: 'threads',
    isolate: false,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
