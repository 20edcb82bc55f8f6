import { readFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { auditActions, auditRecord } from '../../src/audit/actions.ts';
import { createDatabase } from '../support/database.ts';

// The list of audit actions is closed: the documentation and all that writes events agree with it.

const ROOT = join(import.meta.dirname, '../..');

/** All text literals of the shape "noun.verb", but for names of locks. */
function namedIn(text: string): string[] {
  const literals = [...text.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, name]) => name ?? '');
  return [...new Set(literals)].filter((name) => !name.startsWith('gatehouse.')).toSorted();
}

async function textOf(...patterns: string[]): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob(patterns, { cwd: ROOT }))
    texts.push(await readFile(join(ROOT, path), 'utf8'));
  if (texts.length === 0) throw new Error('No file fits');
  return texts.join('\n');
}

/** The definitions of all functions of a migrated database. */
async function functionsOfDatabase(): Promise<string> {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const rows = await database.query<{ text: string }>(
    `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  );
  return rows.map(({ text }) => text).join('\n');
}

describe('the audit actions', () => {
  test('are those of docs/audit.md, with the same outcomes', () => {
    const documentation = readFileSync(join(ROOT, 'docs/audit.md'), 'utf8');
    const rows = [...documentation.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| ([A-Z, ]+) \|/gm)];
    expect(rows.map(([, action, outcomes]) => [action, outcomes?.split(', ')])).toEqual(
      auditRecord.options.map(({ shape }) => [shape.action.value, [...shape.outcome.values]]),
    );
  });

  test('are all that migrations and database functions name', async () => {
    const named = namedIn(await textOf('prisma/migrations/**/*.sql', 'src/**/*.sql'));
    expect(named.length).toBeGreaterThan(0);
    expect(auditActions).toEqual(expect.arrayContaining(named));
  });

  test('are exactly those that the functions of a migrated database and the gateway write', async () => {
    const inDatabase = namedIn(await functionsOfDatabase());
    expect(auditActions).toEqual(expect.arrayContaining(inDatabase));
    const code = await textOf('src/**/*.ts');
    const inCode = [...code.matchAll(/\baction: '([^']+)'/g)].map(([, name]) => name);
    expect([...new Set([...inDatabase, ...inCode])].toSorted()).toEqual([...auditActions].toSorted());
  });
});
