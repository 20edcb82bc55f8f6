import type { SqlParameters } from './statement.ts';

/**
 * A condition on the rows of one table. It stays a value until the statement is written: a listing chooses its plan by the
 * columns that are compared, and one condition can be written for several aliases of its table.
 */
export type Condition = Comparison | RawCondition;

export type Comparison = {
  readonly column: string;
  readonly operator: '=' | '<';
  readonly operand: Operand;
  /** See `withRangeHint`. */
  readonly rangeHint?: boolean;
};

/** What a comparison cannot say. `bind` takes a value and returns its placeholder. */
export type RawCondition = {
  readonly operator: 'sql';
  readonly sql: (alias: string, bind: SqlParameters['bind']) => string;
};

/** The right side of a comparison: one parameter, and the expression around its placeholder. */
export type Operand = { readonly value: unknown; readonly sql: (placeholder: string) => string };

type Type = 'uuid' | 'timestamptz';

export function compare(column: string, operator: Comparison['operator'], operand: Operand): Comparison {
  return { column, operator, operand };
}

/** One value. Without a type it takes that of the column. */
export function parameter(value: unknown, type?: Type): Operand {
  return { value, sql: (placeholder) => (type === undefined ? placeholder : `${placeholder}::${type}`) };
}

/** Any of these texts. */
export function anyOf(values: readonly string[]): Operand {
  return { value: values, sql: (placeholder) => `ANY(${placeholder}::text[])` };
}

/**
 * Adds a redundant range on the same column, so that a generic plan still chooses its index. Such a plan expects of every
 * value as many rows as values have on average, and would search all ids in order for a value with hardly any rows. Of a
 * range it only assumes that it is narrow.
 */
export function withRangeHint(comparison: Comparison): Comparison {
  return { ...comparison, rangeHint: true };
}

export function isHinted(condition: Condition): boolean {
  return condition.operator !== 'sql' && condition.rangeHint === true;
}

/** Writes conditions for the table `alias`: all must hold, and without any, every row fits. */
export function and(conditions: readonly Condition[], alias: string, { bind }: SqlParameters): string {
  const hints: string[] = [];
  const written = conditions.map((condition) => {
    if (condition.operator === 'sql') return condition.sql(alias, bind);
    const column = `${alias}.${condition.column}`;
    const operand = condition.operand.sql(bind(condition.operand.value));
    if (condition.rangeHint) hints.push(`${column} >= ${operand} AND ${column} <= ${operand}`);
    return `${column} ${condition.operator} ${operand}`;
  });
  return [...written, ...hints].join(' AND ') || 'true';
}
