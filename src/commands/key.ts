import { Command, Option } from 'commander';
import { openApplications } from '../applications/open-applications.ts';
import { reaches, scopes } from '../authorization/actor.ts';
import { createReader } from '../reader.db.ts';
import { createKey, type KeyOptions } from './create-key.ts';
import { parseFutureTime, parseScopes } from './options.ts';
import { say, sayIssues } from './terminal.ts';
import { withMigratedDatabase } from './with-database.ts';

/** `gatehouse key create` */
export function keyCommand(): Command {
  const key = new Command('key').description('API keys of applications.');
  key
    .command('create')
    .description('Make a key and print it, once. Only its hash is kept.')
    .requiredOption('--application <name>', 'whose key it is; registered when there is none of that name')
    .requiredOption('--name <name>', 'what to call the key')
    .requiredOption(
      '--scopes <list>',
      `what it may do, comma-separated: ${scopes.join(', ')}; or "all"`,
      parseScopes,
    )
    .addOption(
      new Option('--reach <reach>', 'whose records that applies to')
        .choices(reaches.filter((reach) => reach !== 'SELF'))
        .default('OWN_APPLICATION'),
    )
    .option('--expires <instant>', 'from when on it is refused, e.g. 2027-01-31T00:00:00Z', parseFutureTime)
    .action(({ expires, ...options }: Omit<KeyOptions, 'expiresAt'> & { expires?: Date }) =>
      withMigratedDatabase([], async (database) => {
        const result = await createKey(
          {
            reader: createReader(database, { reach: 'EVERYTHING' }),
            ...openApplications(database),
          },
          { ...options, expiresAt: expires ?? null },
        );
        if (result.kind === 'invalid') return sayIssues(result.issues);
        say(`A key of ${result.application.name}. It is shown this once:`);
        process.stdout.write(`${result.value.reveal()}\n`);
      }),
    );
  return key;
}
