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
    testTimeout: 300_000,
    // After each test the memory of its pages is looked through.
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
