import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestDatabase } from './database.ts';

const DOCS = join(import.meta.dirname, '../../docs');

/**
 * A role as a document says to make it, with the privileges that stand there and no more. None of its transactions may write.
 * @param page a file of docs/
 * @param role what it is called there
 */
export async function createDocumentedRole(database: TestDatabase, page: string, role: string) {
  const name = `${role}_${database.name}`.slice(0, 63);
  const blocks = (await readFile(join(DOCS, page), 'utf8')).matchAll(/^ *```sql\n(.*?)^ *```$/gms);
  const script = [...blocks].map(([, block = '']) => block).find((block) => block.includes(role));
  if (script === undefined) throw new Error(`${page} does not say how to make ${role}`);
  const password = 'of-a-test';
  await database.query(
    script
      .replaceAll(role, name)
      .replaceAll('…', password)
      .replaceAll('ON DATABASE gatehouse ', `ON DATABASE ${database.name} `),
  );
  await database.query(`ALTER ROLE ${name} SET default_transaction_read_only = on`);
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return {
    name,
    url: url.href,
    drop: () => database.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`),
  };
}
