#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: a command takes half as long. Where the cache's folder cannot be written, Node goes without.
enableCompileCache();
const [{ runProgram }, { tolerateClosedPipes }] = await Promise.all([
  import('./commands/program.ts'),
  import('./commands/terminal.ts'),
]);

tolerateClosedPipes();
await runProgram(process.argv.slice(2));
