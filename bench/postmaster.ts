import pg from 'pg';

/** The first process of the PostgreSQL that a superuser's URL leads to: all others are its children. */
export async function findPostmaster(superuserUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::integer AS pid",
    );
    if (rows[0] === undefined) throw new Error('PostgreSQL does not say which process it is');
    return rows[0].pid;
  } finally {
    await client.end();
  }
}
