import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
// Vitest brings it.
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { use } from '../support/fixture.ts';

// What is published: packed as npm does, and looked at as those who install it will.

const ROOT = join(import.meta.dirname, '../..');
const CLIENT = join(ROOT, 'client');
/** Of what a page loads: minified and compressed. Raise it knowingly. */
const MAX_BYTES = {
  '.': 7_000,
  './server': 3_000,
  './react': 3_000,
  './agents': 8_000,
  './scalars': 3_000,
  './testing': 10_000,
};
const SUBPATHS = Object.keys(MAX_BYTES);

/** What an app does, and what it must not be able to do. */
const CONSUMER = `
    import { createGatehouse, type CreateSessionResult, secretOf } from 'gatehouse-client';
    import { possibleTypes } from 'gatehouse-client/scalars';
    export const gatehouse = createGatehouse({ url: 'http://localhost/graphql', auth: async () => 'key' });
    export const token = async (): Promise<string> => secretOf(await gatehouse.createSession({})).reveal();
    export const members: string[] | undefined = possibleTypes['Error'];
    export function told(result: CreateSessionResult): string {
      switch (result.__typename) {
        case 'CreateRealtimeSessionSuccess': return result.session?.status ?? '';
        case 'QuotaExceededError': return result.retryAt ?? '';
        case 'InvalidInputError': return result.issues.map(({ path }) => path.join('.')).join();
        case 'PolicyViolationError':
        case 'UserSuspendedError':
        case 'IdempotencyConflictError':
        case 'SecretAlreadyIssuedError':
        case 'UpstreamError': return result.message;
        default: return result satisfies never;
      }
    }
    // As GraphQL Code Generator writes it with documentMode: 'string'.
    declare class TypedDocumentString<Result, Variables> extends String {
      __apiType?: (variables: Variables) => Result;
      constructor(value: string);
    }
    const own = new TypedDocumentString<{ viewer: { name: string } }, { [key: string]: never }>('{ viewer { name } }');
    export const name: string = (await gatehouse.request(own)).viewer.name;
    // @ts-expect-error A secret is no string.
    export const printed: string = secretOf(await gatehouse.createSession({}));
    for await (const { status } of gatehouse.sessions({ filter: { statuses: ['ACTIVE'] } })) status satisfies string;
    // @ts-expect-error There is no such status.
    gatehouse.sessions({ filter: { statuses: ['RUNNING'] } });
  `;

const run = promisify(execFile);
const tool = (name: string) => join(import.meta.dirname, 'node_modules/.bin', name);
const nameOf = (subpath: string) => `gatehouse-client${subpath.slice(1)}`;

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  exports: z.record(z.string(), z.record(z.string(), z.string())),
});
const readManifest = async (folder: string) =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));

/** A project that has installed the package, and nothing else. */
const project = use(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-client-'));
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      {
        cwd: CLIENT,
      },
    );
    const [packed] = z.array(z.object({ filename: z.string() })).parse(Object.values(JSON.parse(stdout)));
    const installed = join(folder, 'node_modules/gatehouse-client');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', join(folder, packed?.filename ?? ''), '-C', installed, '--strip-components=1']);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    return { folder, installed };
  },
  ({ folder }) => rm(folder, { recursive: true, force: true }),
);

test('publint and attw have nothing to say', async () => {
  await run(tool('publint'), ['run', '--strict', CLIENT], { cwd: CLIENT });
  await run(tool('attw'), ['--pack', CLIENT, '--profile', 'esm-only'], { cwd: CLIENT });
});

test('it holds what it needs and nothing else, and depends on nothing', async () => {
  const published = await readManifest(project.installed);
  expect(Object.keys(manifest.parse(published).exports)).toEqual(SUBPATHS);
  expect(published).toMatchObject({ type: 'module', sideEffects: false });
  expect(published).not.toHaveProperty('dependencies');
  const files = await readdir(project.installed, { recursive: true });
  expect(files.filter((file) => !file.startsWith('dist')).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  expect(await readFile(join(project.installed, 'LICENSE'), 'utf8')).toBe(
    await readFile(join(ROOT, 'LICENSE'), 'utf8'),
  );
});

describe('its types', () => {
  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('are right for an app with module %s and resolution %s', async (module, moduleResolution) => {
    const files = await writeSources();
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
    };
    await writeFile(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const compiled = run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project.folder]);
    await compiled.catch(({ stdout }: { stdout: string }) => expect(stdout).toBe(''));
  });
});

/** An app, and what README has in TypeScript. @returns the names of the files */
async function writeSources(): Promise<string[]> {
  const readme = await readFile(join(CLIENT, 'README.md'), 'utf8');
  const snippets = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, snippet]) => snippet ?? '');
  expect(snippets.length).toBeGreaterThan(3);
  const sources = [CONSUMER, ...snippets].map((text, index) => ({ name: `app-${index}.ts`, text }));
  for (const { name, text } of sources) await writeFile(join(project.folder, name), text);
  return sources.map(({ name }) => name);
}

test.each(Object.entries(MAX_BYTES))(
  '%s is small, and imports nothing of Node.js',
  async (subpath, maxBytes) => {
    const input = join(project.folder, 'page.js');
    await writeFile(input, `export * from '${nameOf(subpath)}';`);
    const bundle = await rolldown({ input, platform: 'browser', external: ['react'] });
    const { output } = await bundle.generate({ minify: true });
    const [{ code, imports }] = output;
    expect(imports.filter((name) => name !== 'react')).toEqual([]);
    expect(gzipSync(code).length).toBeLessThan(maxBytes);
  },
);
