import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { PrismaClient } from '../../../prisma/generated/client.ts';
import type { AllKeys } from '../validation/all-keys.ts';
import { mapDatabaseErrors } from './map-database-errors.ts';
import { isDirect, isDirectPool, queryObjects, queryTexts } from './prepared-query.ts';
import type { Prepared } from './statement-batch.ts';
import { type TextRow, toTextRow } from './text-row.ts';
import { types } from './time-type.ts';

/** A prepared statement with a name of its own, and the fields that its rows have. */
export type Statement<Row> = {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly (keyof Row)[];
};

const statements = new Map<string, Statement<Record<string, unknown>>>();

/**
 * Declares a statement: `statement<{ count: number }>()({ name, text, columns: ['count'] })`. `columns` are the row's
 * keys; a forgotten one does not compile, and a test compares them with what PostgreSQL says that the text selects.
 */
export function statement<Row>() {
  return <const Columns extends readonly (keyof Row & string)[]>(declared: {
    readonly name: string;
    readonly text: string;
    readonly columns: Columns & AllKeys<Row, Columns>;
  }): Statement<Row> => {
    statements.set(declared.text, declared);
    return declared;
  };
}

/** The declared statement of that text. */
export function namedStatement(text: string): { readonly name: string } | undefined {
  return statements.get(text);
}

/** All statements that were declared by the modules that are loaded. */
export function namedStatements() {
  return [...statements.values()];
}

/** Runs a declared statement on the pool. @throws UnavailableError */
export async function query<Row extends pg.QueryResultRow>(
  client: pg.Pool | pg.ClientBase,
  { name, text }: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  return mapDatabaseErrors(async () => {
    if (isDirectPool(client)) return queryObjects<Row>(client, { name, text }, values);
    return (await client.query<Row>({ name, text, values: [...values], types })).rows;
  });
}

/** Runs a declared statement through Prisma Client, under the same name. @throws UnavailableError */
export function queryThroughPrisma<Row>(
  prisma: PrismaClient,
  { text }: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  return mapDatabaseErrors(() => prisma.$queryRawUnsafe<Row[]>(text, ...values));
}

/** Collects the parameters of a statement that is put together: `bind` takes a value and returns its placeholder, "$1". */
export type SqlParameters = { readonly values: unknown[]; readonly bind: (value: unknown) => string };

export function sqlParameters(): SqlParameters {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/**
 * Names for prepared statements, by their text, up to a number: statements that are put together have many forms, and
 * a server keeps every one that was ever named. The rest have none and are parsed each time. A name is made of its text,
 * so that gateways that share a connection behind a pooler never give one name to two statements.
 */
export function createStatementNames(prefix: string, limit: number): (text: string) => string {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    // An empty name is the unnamed statement, which is not cached.
    if (names.size >= limit) return '';
    const name = `${prefix}-${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
    names.set(text, name);
    return name;
  };
}

/**
 * Runs a statement that was put together through Prisma Client, which names it by its text.
 * @throws UnavailableError
 */
export function readThroughPrisma<Row>(
  prisma: PrismaClient,
  text: string,
  { values }: SqlParameters,
): Promise<Row[]> {
  return mapDatabaseErrors(() => prisma.$queryRawUnsafe<Row[]>(text, ...values));
}

const nameOf = createStatementNames('read', 300);

/** Runs a statement that was put together, prepared by its text. @throws UnavailableError */
export async function read<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  { values }: SqlParameters,
): Promise<Row[]> {
  const name = nameOf(text);
  return mapDatabaseErrors(async () => {
    if (name !== '' && isDirect(pool)) return queryObjects<Row>(pool, { name, text }, values);
    return (await pool.query<Row>({ name, text, values, types })).rows;
  });
}

/**
 * Runs a statement whose best plan depends on its values: without a name, so that PostgreSQL plans it for these. A plan
 * for all values takes everybody for average, and for somebody with few sessions may read all there are.
 * @throws UnavailableError
 */
export async function readPlanned<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  { values }: SqlParameters,
): Promise<Row[]> {
  return mapDatabaseErrors(async () => {
    if (isDirect(pool)) return queryObjects<Row>(pool, { name: '', text }, values);
    return (await pool.query<Row>({ text, values, types })).rows;
  });
}

// Nothing is parsed: what is read is written again.
const texts: pg.CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => text };
// Of their own, because there is a statement for each selection of columns.
const nameOfTexts = createStatementNames('text', 300);

type Plan = 'prepared' | 'planned';
/** `readTexts` of one pool. */
export type ReadTexts = (text: string, params: SqlParameters, plan: Plan) => Promise<TextRow[] | null>;

/** What readTexts would execute as a prepared statement; null when it would not. */
export function preparedTexts(pool: pg.Pool, text: string, plan: Plan): Prepared | null {
  if (plan === 'planned' || !isDirect(pool)) return null;
  const name = nameOfTexts(text);
  return name === '' ? null : { name, text };
}

/**
 * Runs a statement that was put together, and returns its columns as PostgreSQL writes them, in the order of the text.
 * @param plan 'prepared' as `read`, 'planned' as `readPlanned`
 * @returns null when it would have to be prepared, and there are no names left
 * @throws UnavailableError
 */
export async function readTexts(
  pool: pg.Pool,
  text: string,
  { values }: SqlParameters,
  plan: Plan,
): Promise<TextRow[] | null> {
  const name = plan === 'prepared' ? nameOfTexts(text) : undefined;
  if (name === '') return null;
  return mapDatabaseErrors(async () => {
    if (isDirect(pool)) return queryTexts(pool, { name: name ?? '', text }, values);
    const { rows } = await pool.query<(string | null)[]>({
      name,
      text,
      values,
      types: texts,
      rowMode: 'array',
    });
    return rows.map(toTextRow);
  });
}
