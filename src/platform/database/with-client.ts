import pg from 'pg';

/**
 * Opens a connection outside the pool, does some work on it, and closes it.
 * @throws the errors of connecting and of the work
 */
export async function withClient<Result>(
  config: pg.ClientConfig & { readonly application_name: string },
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...config });
  // An unhandled error event would end the process. When the connection breaks, the next query fails anyway.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
