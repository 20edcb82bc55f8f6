// Prints the limits that the code enforces into docs/security.md; with --check only compares, for CI.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInputObjectType, isObjectType } from 'graphql';
import { schema } from '../src/graphql/schema.ts';
import { variablesByName } from '../src/platform/config/config.ts';
import { registry } from '../src/providers/registry.ts';
import { callerLimits, gatewayLimits, type LimitRow, requestLimits } from './limit-rows.ts';

const BEGIN = '<!-- limits: begin (written by npm run limits) -->';
const END = '<!-- limits: end -->';
const path = join(import.meta.dirname, '../docs/security.md');

if (process.argv[1] === import.meta.filename) {
  const text = readFileSync(path, 'utf8');
  const wanted = withLimits(text);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, wanted);
  } else if (text !== wanted) {
    console.error('The limits in docs/security.md differ from the code. Run: npm run limits');
    process.exit(1);
  }
}

/** The document with the tables between its two markers. */
export function withLimits(text: string): string {
  const [before, rest] = text.split(`${BEGIN}\n`);
  const [, after] = rest?.split(`${END}\n`) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`docs/security.md lacks a line ${BEGIN} or ${END}`);
  const tables = [
    table('one request', [...requestLimits, ...listRows()]),
    table('one caller', callerLimits),
    table('one gateway', gatewayLimits),
  ];
  return `${before}${BEGIN}\n${tables.join('\n')}${END}\n${after}`;
}

function table(subject: string, rows: readonly LimitRow[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${mostOf(row)} | ${row.beyond} |`);
  return [`| of ${subject} | at most | beyond it |`, '|---|---|---|', ...lines, ''].join('\n');
}

function mostOf(row: LimitRow): string {
  if ('most' in row) return row.most.toLocaleString('en');
  const variable = variablesByName(registry)[row.variable];
  if (variable === undefined) throw new Error(`${row.variable} is no variable`);
  const value = variable.parse(undefined);
  return `${typeof value === 'number' ? value.toLocaleString('en') : 'no limit'} (\`${row.variable}\`)`;
}

/** The lists of the schema: fields of inputs, and arguments. */
function listRows(): LimitRow[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type))
      return Object.values(type.getFields()).flatMap(({ name, extensions }) =>
        rowOf(
          `${type.name}.${name}`,
          extensions.most,
          type.name.endsWith('Filter') ? '400' : 'InvalidInputError',
        ),
      );
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap(({ name, extensions }) =>
        rowOf(`${type.name}.${field.name}(${name}:)`, extensions.most, '400'),
      ),
    );
  });
}

function rowOf(coordinate: string, most: number | undefined, beyond: string): LimitRow[] {
  return most === undefined ? [] : [{ what: `Entries of \`${coordinate}\``, most, beyond }];
}
