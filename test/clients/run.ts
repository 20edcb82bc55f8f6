import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { installPackages, run, skipTests } from '../../scripts/install-packages.ts';
import { documentBlocks } from '../support/document-blocks.ts';

// Builds the client package, installs what checks it, and runs the checks. Further arguments go to vitest.

const root = join(import.meta.dirname, '../..');
if (!run('npm', ['run', '--silent', 'build', '-w', 'gatehouse-client'], root)) {
  process.exitCode = 1;
} else if (installPackages(import.meta.dirname, 'clients')) {
  copyExamples();
  await copySnippets();
  const args = ['run', '--config', 'test/clients/vitest.config.ts', ...process.argv.slice(2)];
  const passed = run('tsc', ['--noEmit', '-p', import.meta.dirname], root) && run('vitest', args, root);
  process.exitCode = passed ? 0 : 1;
} else {
  skipTests('the clients could not be installed, so none was tried.');
}

/** To where they find the packages that are installed here. */
function copyExamples(): void {
  const copies = join(import.meta.dirname, '.examples');
  rmSync(copies, { recursive: true, force: true });
  cpSync(join(root, 'examples'), copies, {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules',
  });
}

/** The TypeScript of docs/clients.md, each block under the name that its first line says. */
async function copySnippets(): Promise<void> {
  const copies = join(import.meta.dirname, '.snippets');
  rmSync(copies, { recursive: true, force: true });
  mkdirSync(copies);
  for (const { language, text, line } of await documentBlocks('docs/clients.md')) {
    if (language !== 'ts') continue;
    const name = /^\/\/ (\S+\.ts)$/m.exec(text)?.[1];
    if (name === undefined)
      throw new Error(`docs/clients.md:${line}: the first line of a snippet names its file`);
    writeFileSync(join(copies, name), text);
  }
}
