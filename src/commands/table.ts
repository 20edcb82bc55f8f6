import { isJsonObject, type Json, type JsonObject } from '../platform/validation/json.ts';
import { textAt, textOf } from './json-path.ts';
import { say } from './terminal.ts';
import { writeLines } from './write-lines.ts';

/** A heading, and the path of the field below it, e.g. ['USER', 'user.externalId']. */
export type Column = readonly [heading: string, path: string];

export type List = {
  readonly rows: AsyncIterable<JsonObject>;
  readonly columns: readonly Column[];
  /** Whether each row is a line of JSON instead. */
  readonly json: boolean;
  /** What is listed, for the count at the end, e.g. "session". */
  readonly noun: string;
  /** How many were asked for at most. */
  readonly limit?: number;
};

/** Writes a list to standard output, as a table or a line of JSON each. Stops reading when its reader has had enough. */
export async function printList({ rows, columns, json, noun, limit }: List): Promise<void> {
  let count = 0;
  async function* counted(): AsyncGenerator<JsonObject> {
    for await (const row of rows) {
      count += 1;
      yield row;
    }
  }
  const lines = json ? jsonLines(counted()) : tableOf(columns, counted());
  if (!(await writeLines(lines, process.stdout))) return;
  const more = count === limit ? ', as many as --limit says; there may be more' : '';
  say(`${count} ${count === 1 ? noun : `${noun}s`}${more}.`);
}

async function* jsonLines(rows: AsyncIterable<JsonObject>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** Nothing at all when there are no rows. */
async function* tableOf(columns: readonly Column[], rows: AsyncIterable<JsonObject>): AsyncGenerator<string> {
  const all: JsonObject[] = [];
  for await (const row of rows) all.push(row);
  if (all.length > 0) yield format(columns, all);
}

/** Writes a short table to standard output. */
export function printTable(columns: readonly Column[], rows: readonly JsonObject[]): void {
  process.stdout.write(format(columns, rows));
}

function format(columns: readonly Column[], rows: readonly JsonObject[]): string {
  const cells = rows.map((row) => columns.map(([, path]) => textAt(row, path) || '-'));
  const lines = [columns.map(([heading]) => heading), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const padded = (line: readonly string[]) =>
    line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ');
  return lines.map((line) => `${padded(line).trimEnd()}\n`).join('');
}

/** Writes a record to standard output, a line for each of its fields; fields that are null or empty are left out. */
export function printRecord(record: JsonObject): void {
  const fields = [...fieldsOf(record, '')];
  const width = Math.max(0, ...fields.map(([path]) => path.length));
  for (const [path, text] of fields) process.stdout.write(`${path.padEnd(width)}  ${text}\n`);
}

function* fieldsOf(value: JsonObject, prefix: string): Generator<readonly [string, string]> {
  for (const [name, field] of Object.entries(value)) {
    const path = prefix + name;
    if (isJsonObject(field)) yield* fieldsOf(field, `${path}.`);
    else if (isListOfObjects(field))
      for (const [index, entry] of field.entries()) yield* fieldsOf(entry, `${path}.${index}.`);
    else if (textOf(field) !== '') yield [path, textOf(field)];
  }
}

/** Labels are short enough for one line. */
function isListOfObjects(value: Json): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((entry) => isJsonObject(entry) && !('key' in entry))
  );
}
