import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('a secret is revealed in these places, and in no other', () => {
  const calls = globSync('src/**/*.ts', { cwd: root })
    .map(
      (path) =>
        [
          path,
          readFileSync(join(root, path), 'utf8').match(/(?:\.|\?\.)reveal\b|\[.reveal.\]/g) ?? [],
        ] as const,
    )
    .filter(([, found]) => found.length > 0)
    .map(([path, found]) => [path.replaceAll('\\', '/'), found.length]);
  expect(Object.fromEntries(calls)).toEqual({
    // The secret of a session, once its record is committed.
    'src/graphql/create-realtime-session.ts': 1,
    // A new API key, to the operator that created it.
    'src/graphql/create-api-key.ts': 1,
    'src/commands/key.ts': 1,
  });
});
