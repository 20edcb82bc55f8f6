import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves: vite would prefer graphql's ES module, and two copies of graphql do not know each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-server.ts'],
    // Forks, because tests start servers, send signals and rely on process-wide nets.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
