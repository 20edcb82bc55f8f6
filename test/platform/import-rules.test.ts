import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Breaks each import rule once, in a folder of its own, and runs the linter over it.

const ROOT = join(import.meta.dirname, '../..');
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** A file, what it imports, and the beginning of the reason why it must not. */
const BROKEN: readonly (readonly [file: string, imported: string, reason: string])[] = [
  ['src/platform/process/a.ts', '../../sessions/session.ts', 'The platform is what any service has'],
  ['src/platform/database/a.db.ts', '../../reader.ts', 'The platform is what any service has'],
  ['src/limits/a.ts', '../audit/actions.ts', 'Imports between rooms run downwards'],
  ['src/audit/a.ts', '../sealing/seal.ts', 'Imports between rooms run downwards'],
  ['src/sessions/a.db.ts', '../usage/usage.ts', 'Imports between rooms run downwards'],
  ['src/usage/a.job.ts', '../issuing/semaphore.ts', 'Imports between rooms run downwards'],
  ['src/issuing/a.ts', '../graphql/ids.ts', 'Rooms do not know who asks'],
  ['src/users/a.db.ts', '../server/http/server.ts', 'Rooms do not know who asks'],
  ['src/users/open-a.ts', '../commands/key.ts', 'Rooms do not know who asks'],
  ['src/sessions/b.ts', '../app.ts', 'Rooms do not know who asks'],
  ['src/sessions/c.ts', './revoke-session.db.ts', 'This file does no I/O'],
  ['src/usage/d.ts', 'pg', 'This file does no I/O'],
  ['src/usage/e.ts', '../../prisma/generated/client.ts', 'This file does no I/O'],
  ['src/usage/f.ts', './roll-up-usage.job.ts', 'Periodic work is started by'],
  ['src/usage/g.db.ts', './roll-up-usage.job.ts', 'Periodic work is started by'],
  ['src/usage/h.db.ts', './open-usage.ts', 'Only app.ts and the commands open things'],
  ['src/graphql/a.ts', '../sessions/find-sessions.db.ts', 'This file does no I/O'],
  ['src/graphql/b.ts', '../usage/roll-up-usage.job.ts', 'Periodic work is started by'],
  ['src/graphql/c.ts', '../usage/open-usage.ts', 'Only app.ts and the commands open things'],
  ['src/graphql/d.ts', '../server/http/server.ts', 'The schema can be executed without a server'],
  ['src/server/http/a.ts', '../../users/find-users.db.ts', 'The server carries documents to the schema'],
  ['src/server/http/b.ts', '../../usage/roll-up-usage.job.ts', 'Periodic work is started by'],
  ['src/server/http/c.ts', '../../usage/open-usage.ts', 'Only app.ts and the commands open things'],
  ['src/server/graphql/d.ts', '../../providers/openai.ts', 'The server carries documents to the schema'],
  ['src/reader.ts', './reader.db.ts', 'This file does no I/O'],
];
const CYCLE = { 'src/limits/x.ts': './y.ts', 'src/limits/y.ts': './x.ts' };

let folder: string;
let report: readonly { category: string; message: string; location: { path: string } }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-imports-'));
  for (const name of ['biome.json', 'biome.imports.json']) await cp(join(ROOT, name), join(folder, name));
  const files = [...BROKEN, ...Object.entries(CYCLE)];
  for (const [file, imported] of files) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `import { a } from '${imported}';\n\nexport const b = a;\n`);
  }
  const lint = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', 'src'];
  const { promise, resolve } = Promise.withResolvers<string>();
  // It ends with 1, because it finds errors.
  execFile(process.execPath, [BIOME, ...lint], { cwd: folder }, (_error, stdout) => resolve(stdout));
  report = JSON.parse(await promise).diagnostics;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const found = (rule: string) => report.filter(({ category }) => category.endsWith(`/${rule}`));

test.each(BROKEN)('%s may not import %s', (file, _imported, reason) => {
  const messages = found('noRestrictedImports').filter(({ location }) => location.path === file);
  expect(messages.map(({ message }) => message)).toEqual([expect.stringContaining(reason)]);
});

test('two files may not import each other', () => {
  expect(new Set(found('noImportCycles').map(({ location }) => location.path))).toEqual(
    new Set(Object.keys(CYCLE)),
  );
});
