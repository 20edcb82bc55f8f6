import pg from 'pg';
import { connectThroughPooler, connectTo, settingsThroughPooler } from './connection.ts';

export type ClientOptions = Pick<
  pg.ClientConfig,
  'query_timeout' | 'lock_timeout' | 'connectionTimeoutMillis'
> & {
  readonly url: string;
  readonly application_name: string;
  /** Given the client before it is connected, to end it early. */
  readonly onClient?: (client: pg.Client) => void;
};

// PgBouncer refuses startup parameters that it does not know as a violation of the protocol, others as something that
// they do not support.
const REFUSED_OPTIONS = new Set(['08P01', '0A000']);

/**
 * Opens a connection outside the pool, for work that needs a session of its own.
 * @throws the errors of connecting
 */
export async function openSession(options: ClientOptions): Promise<pg.Client> {
  const client = await connect(options);
  if (await isPooled(client)) {
    const { url, lock_timeout: lockTimeout } = options;
    const limits = lockTimeout === undefined ? {} : { lock_timeout: String(lockTimeout) };
    await client.query(settingsThroughPooler(url, limits, 'session'));
  }
  return client;
}

/** Connects, without startup options where a pooler refuses them. */
export async function connect(options: ClientOptions): Promise<pg.Client> {
  const { url, onClient, lock_timeout, ...common } = options;
  const start = async (config: pg.ClientConfig) => {
    const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...common, ...config });
    // An unhandled error event would end the process. When the connection breaks, the next query fails anyway.
    client.on('error', () => {});
    onClient?.(client);
    await client.connect();
    return client;
  };
  try {
    return await start({ lock_timeout, ...connectTo(url) });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !REFUSED_OPTIONS.has(error.code ?? '')) throw error;
    return start(connectThroughPooler(url));
  }
}

/** Whether somebody in between has answered for the server: the process that it named is not the one that serves. */
export async function isPooled(client: pg.Client): Promise<boolean> {
  const named: unknown = Reflect.get(client, 'processID');
  return (await processOf(client)) !== named;
}

/** The process of the server that serves a statement of this connection now. */
export async function processOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
