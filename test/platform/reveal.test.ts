import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../src');
const CALL = /\.reveal\b/g;

test('a secret is revealed in these places, and in no other', () => {
  const calls = globSync('**/*.ts', { cwd: src }).flatMap((path) =>
    Array.from(readFileSync(join(src, path), 'utf8').matchAll(CALL), () => path.replaceAll('\\', '/')),
  );
  expect(calls.toSorted()).toEqual([
    // A new API key, to the operator that asked for it.
    'commands/key.ts',
    'graphql/create-api-key.ts',
    // The secret of a session, once its record is committed.
    'graphql/create-realtime-session.ts',
  ]);
});
