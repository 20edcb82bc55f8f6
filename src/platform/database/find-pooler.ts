import pg from 'pg';
import { StartError } from '../process/start-error.ts';
import { connect, isPooled, processOf } from './connect.ts';
import { orStartError } from './or-start-error.ts';

/** What is between us and the server: nothing, or a pooler that gives a connection for a session or for a transaction. */
export type Pooler = 'none' | 'session' | 'transaction';

type Way = {
  readonly url: string;
  /** The variable that has the URL. */
  readonly source: string;
  readonly timeoutMs: number;
};

const DUPLICATE_STATEMENT = '42P05';
const NO_SUCH_STATEMENT = '26000';
/** A pooler that has just opened another connection gives that one first, and once. */
const ATTEMPTS = 4;

/**
 * Finds a pooler by trying, and refuses one that would lose prepared statements while they are used.
 * @throws StartError
 */
export async function findPooler(way: Way & { readonly preparedStatements: boolean }): Promise<Pooler> {
  const { source, preparedStatements } = way;
  const pooler = await orStartError(tryPooler(way), source);
  if (pooler !== 'transaction' || !preparedStatements) return pooler;
  if (await orStartError(keepsStatements(way), source)) return pooler;
  throw new StartError(
    `The pooler of ${source} loses prepared statements: set GATEHOUSE_PREPARED_STATEMENTS=off, or max_prepared_statements of PgBouncer 1.21 or newer.`,
  );
}

/**
 * Migrations, locks and LISTEN need a connection that stays the same.
 * @throws StartError
 */
export async function requireSession(way: Way): Promise<void> {
  if ((await orStartError(tryPooler(way), way.source)) === 'transaction') throw needsSession(way.source);
}

export function needsSession(source: string): StartError {
  return new StartError(
    `${source} leads through a pooler in transaction mode, and migrations, locks and LISTEN need a session: set DATABASE_OWNER_URL to the address of the server itself.`,
  );
}

async function tryPooler(way: Way): Promise<Pooler> {
  return withTwo(way, async (first, openSecond) => {
    if (!(await isPooled(first))) return 'none';
    const second = await openSecond();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1)
      if (await changesHands(first, second)) return 'transaction';
    return 'session';
  });
}

/** Whether connections to the server change hands between two of the pooler's. */
async function changesHands(first: pg.Client, second: pg.Client): Promise<boolean> {
  const served = await processOf(first);
  if ((await processOf(first)) !== served) return true;
  // Keeps its connection to the server. Where that is the one that served the first, or where the first is served by
  // another one then, connections change hands.
  await second.query('BEGIN');
  const changed = (await processOf(second)) === served || (await processOf(first)) !== served;
  await second.query('ROLLBACK');
  return changed;
}

/** Two connections give one name to two statements, in turns. */
async function keepsStatements(way: Way): Promise<boolean> {
  return withTwo(way, async (first, openSecond) => {
    const clients = [first, await openSecond()];
    try {
      for (const [index, client] of [...clients, ...clients].entries()) {
        const which = index % clients.length;
        const { rows } = await client.query({
          name: 'gatehouse-start',
          text: `SELECT ${which} AS which`,
        });
        if (rows[0]?.which !== which) return false;
      }
      return true;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (code === DUPLICATE_STATEMENT || code === NO_SUCH_STATEMENT) return false;
      throw error;
    }
  });
}

async function withTwo<T>(
  { url, timeoutMs }: Way,
  work: (first: pg.Client, openSecond: () => Promise<pg.Client>) => Promise<T>,
): Promise<T> {
  const opened: pg.Client[] = [];
  const open = async () => {
    const client = await connect({
      url,
      application_name: 'gatehouse-start',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    opened.push(client);
    return client;
  };
  try {
    return await work(await open(), open);
  } finally {
    await Promise.all(opened.map((client) => client.end()));
  }
}
