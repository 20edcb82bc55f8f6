import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printSortedSchema } from '../../scripts/print-schema.ts';
import { runBinary } from '../support/run-binary.ts';
import { artifactsOf, connectionFields, connectionUses, writeRelayProject } from './relay-project.ts';

const require = createRequire(import.meta.url);
const sdl = printSortedSchema();
const schema = buildSchema(sdl);
const uses = connectionUses(schema);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-relay-'));
let compiled: ReturnType<typeof runBinary>;

beforeAll(() => {
  writeRelayProject(folder, sdl, uses);
  // From its folder: it looks for `src` where it is started, whatever stands in its configuration.
  compiled = runBinary(
    require.resolve('relay-compiler/cli.js'),
    ['--noWatchman', 'relay.config.json'],
    folder,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('every connection of the schema is compiled, those of later types too', () => {
  const fields = connectionFields(schema);
  expect(fields).toContain('Query.realtimeSessions');
  expect(new Set(uses.map(({ connection }) => connection))).toEqual(new Set(fields));
});

test('relay-compiler takes the schema', () => {
  expect(compiled, compiled.output).toMatchObject({ exitCode: 0 });
});

test.each(uses)('$name can be paged and fetched again', (use) => {
  for (const artifact of artifactsOf(use)) {
    expect(existsSync(join(folder, 'src/__generated__', artifact)), artifact).toBe(true);
  }
});
