import pg from 'pg';
import { connectTo } from './connection.ts';

type ClientOptions = Pick<pg.ClientConfig, 'query_timeout' | 'lock_timeout'> & {
  readonly url: string;
  readonly application_name: string;
};

/**
 * Opens a connection outside the pool, does some work on it, and closes it.
 * @throws the errors of connecting and of the work
 */
export async function withClient<Result>(
  { url, ...options }: ClientOptions,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...options, ...connectTo(url) });
  // An unhandled error event would end the process. When the connection breaks, the next query fails anyway.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
