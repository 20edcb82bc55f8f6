import type pg from 'pg';

/**
 * Lets the role `gatehouse_reader` read the views of the schema `reporting`, and nothing else. Makes the role if the owner
 * may make roles; if it may not and nobody made it, there is none. A role belongs to all databases of a server, so another
 * gateway may make it at the same moment.
 */
export async function grantReader(client: pg.ClientBase): Promise<void> {
  await client.query(`
    DO $$
    BEGIN
      IF to_regrole('gatehouse_reader') IS NULL THEN
        BEGIN
          CREATE ROLE gatehouse_reader NOLOGIN;
        EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
        END;
      END IF;
      IF to_regrole('gatehouse_reader') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA reporting TO gatehouse_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO gatehouse_reader;
      END IF;
    END $$`);
}
