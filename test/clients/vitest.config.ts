import { defineConfig } from 'vitest/config';
import suite from '../../vitest.config.ts';

const { projects: _, ...options } = suite.test ?? {};

// As the suite runs, but only what needs the packages that are installed here.
export default defineConfig({ ...suite, test: { ...options, include: ['test/clients/*.clients.ts'] } });
