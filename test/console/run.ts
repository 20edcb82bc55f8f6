import { join } from 'node:path';
import { installPackages, run, skipTests } from '../../scripts/install-packages.ts';
import { findBrowser } from './find-browser.ts';

// Installs a browser and what looks at pages with it, and runs the tests of the console. With `screenshots` as the first
// argument it takes pictures instead. Further arguments go to vitest.

const root = join(import.meta.dirname, '../..');
const [first, ...rest] = process.argv.slice(2);
const config = first === 'screenshots' ? 'screenshots.config.ts' : 'vitest.config.ts';
const args = first === 'screenshots' || first === undefined ? rest : [first, ...rest];

if (!installPackages(import.meta.dirname, 'a browser for the console')) {
  skip('the packages could not be installed');
} else {
  const browser = await findBrowser();
  if (browser === undefined) skip('there is no Chromium on this machine (CONSOLE_BROWSER may name one)');
  else {
    process.env['CONSOLE_BROWSER'] = browser;
    const typed = run('tsc', ['--noEmit', '-p', import.meta.dirname], root);
    const passed = typed && run('vitest', ['run', '--config', join('test/console', config), ...args], root);
    process.exitCode = passed ? 0 : 1;
  }
}

function skip(reason: string): void {
  skipTests(`${reason}, so no browser has looked at the console.`);
}
