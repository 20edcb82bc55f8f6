import type { Command } from 'commander';
import { commandGroup, helpEnd } from './command-group.ts';
import { printJson, say } from './terminal.ts';
import { withDatabase } from './with-database.ts';

const LAST = `SELECT migration_name AS migration FROM _prisma_migrations
  WHERE rolled_back_at IS NULL ORDER BY migration_name DESC LIMIT 1`;

/** `gatehouse migrate` */
export function migrateCommand(): Command {
  return commandGroup(
    'migrate',
    'Bring the database to the newest schema, as every start of a gateway does; it makes the embedded one where there is none.',
  )
    .addHelpText('after', helpEnd(['migrate']))
    .action(({ json = false }: { readonly json?: boolean }) =>
      // Opening a database migrates it.
      withDatabase([], async ({ pool }) => {
        say('The schema is the newest.');
        if (json) printJson((await pool.query(LAST)).rows[0]);
      }),
    );
}
