import { defineConfig } from 'vitest/config';
import tests from './vitest.config.ts';

// Pictures of every page, for people to look at.
export default defineConfig({
  ...tests,
  test: { ...tests.test, include: ['test/console/screenshots.ts'], testTimeout: 300_000 },
});
