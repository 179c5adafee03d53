import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/summary.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', '{bench,conformance}/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'native', include: ['test/native/**/*.test.ts'], testTimeout: 60_000 } },
      {
        // Real containers, as root. Files run one after the other: they count processes, mounts and cgroups.
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
