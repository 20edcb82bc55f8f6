// Prisma's models are the list of what a table has. A field's column is its name in snake_case; a test holds every
// @map in prisma/schema.prisma to that.

type FieldOf<Model> = keyof Model & string;

// By field: there are as many as the models have, and every mint asks for some fifty.
const names = new Map<string, string>();

/** The column of a field: "created_at" for "createdAt". */
export function columnName(field: string): string {
  const known = names.get(field);
  if (known !== undefined) return known;
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  names.set(field, name);
  return name;
}

/**
 * Columns to select, each under its field's name: `columns<ApiKeyModel>('k', ['id', 'createdAt'])` is
 * `k.id, k.created_at AS "createdAt"`. A column that the model does not have does not compile.
 */
export function columns<Model>(table: string, fields: readonly FieldOf<Model>[]): string {
  return fields
    .map((field) => {
      const column = columnName(field);
      return `${table}.${column}${column === field ? '' : ` AS "${field}"`}`;
    })
    .join(', ');
}

/** Names of columns, as INSERT and SET take them. */
export function columnNames<Model>(fields: readonly FieldOf<Model>[]): string {
  return fields.map(columnName).join(', ');
}

/** Values by their fields, as values by their columns, which is how jsonb_populate_record takes them as JSON. */
export function byColumn<Model>(
  values: {
    readonly [Field in FieldOf<Model>]?: unknown;
  },
): Readonly<Record<string, unknown>> {
  const columns: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(values)) columns[columnName(field)] = value;
  return columns;
}
