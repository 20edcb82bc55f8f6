import { enableCompileCache } from 'node:module';

// Before anything else is loaded: compiling what a gateway imports takes longer than all else of its start.
// Where the cache's folder cannot be written, Node goes without.
enableCompileCache();
// What libraries look at, for checks that help who develops with them; nothing of ours does.
process.env['NODE_ENV'] = 'production';
await import('./serve.ts');
