// Prints every variable of src/platform/config and of the providers into .env.example; with --check only compares, for CI.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { variablesByName } from '../src/platform/config/config.ts';
import { registry } from '../src/providers/registry.ts';

const HEADER = `\
# Every variable that Gatehouse reads, with its default. Copy this file to .env in the folder that
# Gatehouse is started from, and uncomment what you change. The environment wins over the file, and
# an empty value counts as unset. A value that contains # needs quotes.
# Written by: npm run env-example
`;

const path = join(import.meta.dirname, '../.env.example');

if (process.argv[1] === import.meta.filename) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path, printEnvExample());
  } else if (readFileSync(path, 'utf8') !== printEnvExample()) {
    console.error('.env.example differs from the code. Run: npm run env-example');
    process.exit(1);
  }
}

/** What .env.example must hold. */
export function printEnvExample(): string {
  const blocks = Object.entries(variablesByName(registry)).map(
    ([name, schema]) => `${comment(schema.description ?? '')}\n#${name}=${defaultOf(name, schema)}\n`,
  );
  return [HEADER, ...blocks].join('\n');
}

/** What a variable is when nothing is set. Secrets, and what depends on other variables, have no default of their own. */
function defaultOf(name: string, schema: z.ZodType): string {
  const value = schema.parse(undefined);
  if (Array.isArray(value)) return value.join(',');
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'string':
    case 'number':
    case 'boolean':
      return String(value);
    default:
      throw new Error(`${name} has a default that an env file cannot say`);
  }
}

function comment(text: string): string {
  return text.replace(/(.{1,98})(?: |$)/g, '# $1\n').trimEnd();
}
