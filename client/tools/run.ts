import { join } from 'node:path';
import { installPackages, run } from '../../scripts/install-packages.ts';

// Writes the client's types, or with --check compares them, after it has installed what generates them.

const args = [join(import.meta.dirname, 'generate.mjs'), ...process.argv.slice(2)];
const installed = installPackages(import.meta.dirname, "the generator of the client's types");
if (!installed || !run(process.execPath, args, import.meta.dirname)) process.exitCode = 1;
