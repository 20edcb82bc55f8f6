import { join } from 'node:path';
import { installPackages, run } from '../../scripts/install-packages.ts';

// Writes the console's documents and types, or with --check compares them, after it has installed what generates them.

const args = [join(import.meta.dirname, 'generate.mjs'), ...process.argv.slice(2)];
const installed = installPackages(import.meta.dirname, "the generator of the console's documents");
if (!installed || !run(process.execPath, args, import.meta.dirname)) process.exitCode = 1;
