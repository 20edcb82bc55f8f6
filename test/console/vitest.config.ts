import { defineConfig } from 'vitest/config';
import suite from '../../vitest.config.ts';

const { projects: _, ...options } = suite.test ?? {};

// As the suite runs, but only what needs a browser.
export default defineConfig({
  ...suite,
  test: {
    ...options,
    include: ['test/console/*.console.ts'],
    // Loading the gateway takes longer than most tests.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
