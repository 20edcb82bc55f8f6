// Prints the schema, sorted, into schema.graphql; with --check only compares, for CI.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/graphql/schema.ts';

const path = join(import.meta.dirname, '../schema.graphql');

if (process.argv[1] === import.meta.filename) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, printSortedSchema());
  } else if (readFileSync(path, 'utf8') !== printSortedSchema()) {
    console.error('schema.graphql differs from the code. Run: npm run schema');
    process.exit(1);
  }
}

/** What schema.graphql must hold. */
export function printSortedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
