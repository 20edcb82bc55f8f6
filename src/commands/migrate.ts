import { Command } from 'commander';
import { say } from './terminal.ts';
import { withDatabase } from './with-database.ts';

/** `gatehouse migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Bring the database to the newest schema, as every start of a gateway does; it makes the embedded one where there is none.',
    )
    .action(() =>
      // Opening a database migrates it.
      withDatabase([], async () => {
        say('The schema is the newest.');
      }),
    );
}
