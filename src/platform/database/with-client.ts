import type pg from 'pg';
import { type ClientOptions, openSession } from './connect.ts';

/**
 * Opens a connection outside the pool, does some work on it, and closes it.
 * @throws the errors of connecting and of the work
 */
export async function withClient<Result>(
  options: ClientOptions,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await openSession(options);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
