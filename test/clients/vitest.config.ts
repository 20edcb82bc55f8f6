import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import suite from '../../vitest.config.ts';

const { projects: _, ...options } = suite.test ?? {};
const { alias = [] } = suite.resolve ?? {};
const resolve = createRequire(import.meta.url).resolve;

// As the suite runs, but only what needs the packages that are installed here.
export default defineConfig({
  ...suite,
  // The client's sources would find another copy of React than the tests.
  resolve: {
    alias: [...(Array.isArray(alias) ? alias : []), { find: /^react$/, replacement: resolve('react') }],
  },
  test: {
    ...options,
    include: ['test/clients/*.clients.ts'],
    // Most start processes, one after the other.
    testTimeout: 120_000,
    // run.ts has built the package. Packing would build it again, while another file reads it.
    env: { ...options.env, npm_config_ignore_scripts: 'true' },
  },
});
