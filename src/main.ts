import { enableCompileCache } from 'node:module';

// Before anything else is loaded: compiling what a gateway imports takes longer than all else of its start.
// Where the cache's folder cannot be written, Node goes without.
enableCompileCache();
await import('./serve.ts');
