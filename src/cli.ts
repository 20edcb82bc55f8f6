import { Command, InvalidArgumentError, Option } from 'commander';
import { createKey, type KeyOptions } from './commands/create-key.ts';
import { describeFailure } from './describe-failure.ts';
import { reaches, type Scope, scopes } from './domain/actor.ts';
import { createLogger } from './logger.ts';
import { type OpenLedger, openLedger } from './open-ledger.ts';
import { createApplicationsLedger } from './postgres/change-applications.ts';
import { joinEmbeddedPostgres } from './postgres/embedded/start-embedded-postgres.ts';
import { createLedgerReader } from './postgres/reader.ts';
import { readConfig } from './read-config.ts';

// What a program reads goes to standard output, what a person reads to standard error.
const say = (line: string) => process.stderr.write(`${line}\n`);

const program = new Command('gatehouse')
  .description('What an operator does from a shell, with the same environment as the gateway.')
  .showHelpAfterError()
  .addHelpText('after', '\nThe database is the one of DATABASE_URL, or the embedded one, running or not.');

program
  .command('migrate')
  .description('Bring the database to the newest schema, as every start of a gateway does.')
  .action(() =>
    withLedger(async () => {
      say('The schema is the newest.');
    }),
  );

program
  .command('key')
  .description('API keys of applications.')
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
  .option('--expires <instant>', 'from when on it is refused, e.g. 2027-01-31T00:00:00Z', parseInstant)
  .action(({ expires, ...options }: Omit<KeyOptions, 'expiresAt'> & { expires?: Date }) =>
    withLedger(async ({ pool }) => {
      const result = await createKey(
        {
          reader: createLedgerReader(pool, { reach: 'EVERYTHING' }),
          applications: createApplicationsLedger(pool),
        },
        { ...options, expiresAt: expires ?? null },
      );
      if (result.kind === 'invalid') {
        for (const { path, message } of result.issues) say(`--${path.join('.')} ${message}`);
        process.exitCode = 1;
        return;
      }
      say(`A key of ${result.application.name}. It is shown this once:`);
      process.stdout.write(`${result.value.reveal()}\n`);
    }),
  );

try {
  await program.parseAsync();
} catch (error) {
  say(`Gatehouse cannot do that. ${describeFailure(error)}`);
  process.exitCode = 1;
}

async function withLedger(work: (ledger: OpenLedger) => Promise<void>): Promise<void> {
  const config = readConfig();
  const log = createLogger({ level: 'warn', pretty: true, destination: { write: say } });
  const ledger = await openLedger(config, log, new AbortController().signal, joinEmbeddedPostgres);
  try {
    await work(ledger);
  } finally {
    await ledger.close();
  }
}

function parseScopes(list: string): Scope[] {
  if (list === 'all') return [...scopes];
  const names = list.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  if (known.length !== new Set(names).size) throw new InvalidArgumentError('It names an unknown scope.');
  return known;
}

function parseInstant(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError('It must be an RFC 3339 instant.');
  // The ledger's own clock decides; this is for saying so before anything is made.
  if (instant.getTime() <= Date.now()) throw new InvalidArgumentError('It must be in the future.');
  return instant;
}
