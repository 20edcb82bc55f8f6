import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SCHEMA } from '../../../scripts/schema-engine.ts';
import { columnName, columns } from '../../../src/platform/database/columns.ts';

test('every column of the datamodel is named as its field is, in snake_case', async () => {
  const schema = await readFile(SCHEMA, 'utf8');
  const models = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)];
  const names = models.map(([, name]) => name);
  const fields = models.flatMap(([, , body = '']) =>
    [...body.matchAll(/^ {2}(\w+) +(\w+)\S*(.*)$/gm)].flatMap(([, field = '', type, rest = '']) =>
      // A field of another model's type is a relation, and no column.
      names.includes(type) ? [] : [{ field, column: /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field }],
    ),
  );
  expect(fields.length).toBeGreaterThan(100);
  expect(fields.map(({ field }) => columnName(field))).toEqual(fields.map(({ column }) => column));
});

test('columns are selected under the names of their fields', () => {
  const selected = columns<{ id: string; createdAt: Date }>('k', ['id', 'createdAt']);
  expect(selected).toBe('k.id, k.created_at AS "createdAt"');
});

test('a column that the model does not have does not compile', () => {
  // @ts-expect-error: that this does not compile is what is tested
  expect(columns<{ id: string }>('k', ['nothing'])).toBe('k.nothing');
});
