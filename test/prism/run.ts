import { join } from 'node:path';
import { installPackages, run, skipTests } from '../../scripts/install-packages.ts';

// Installs Prism when it is missing or another version, and runs what needs it. Further arguments go to vitest.

if (installPackages(import.meta.dirname, 'Prism')) {
  const args = ['run', '--config', 'test/prism/vitest.config.ts', ...process.argv.slice(2)];
  process.exitCode = run('vitest', args, join(import.meta.dirname, '../..')) ? 0 : 1;
} else {
  skipTests('Prism could not be installed, so nothing was minted at it.');
}
