import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { importDocuments } from './tools/import-documents.ts';
import { precompress } from './tools/precompress.ts';

// `npm run dev -w gatehouse-console` asks the gateway at this address.
const GATEWAY = process.env['GATEHOUSE_URL'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [importDocuments(), react(), precompress()],
  server: {
    proxy: { '/graphql': GATEWAY, '/console/config.json': GATEWAY },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: URLs for scripts or fonts, and one file more costs nothing.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // A page is a request for what is its own, and one for what pages share. Otherwise it would be twenty.
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 1 },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
});
