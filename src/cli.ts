import { Command, Option } from 'commander';
import { createApplicationStore } from './applications/application-store.db.ts';
import { reaches, scopes } from './authorization/actor.ts';
import { createKey, type KeyOptions } from './commands/create-key.ts';
import { exportTrail } from './commands/export-trail.ts';
import { exportUsage, type UsageExportOptions } from './commands/export-usage.ts';
import { identifyFromShell } from './commands/identify-secret.ts';
import {
  parseAnyInstant,
  parseDimensions,
  parseExactInstant,
  parseInstant,
  parseScopes,
} from './commands/options.ts';
import { readSecret } from './commands/read-secret.ts';
import { verifyTrail } from './commands/verify-trail.ts';
import { encodeId } from './graphql/ids.ts';
import type { Config } from './platform/config/config.ts';
import { obtainAuditKeys, obtainFingerprintKeys } from './platform/config/keys.ts';
import { readConfig } from './platform/config/read-config.ts';
import { joinEmbeddedPostgres } from './platform/database/embedded/start-embedded-postgres.ts';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.ts';
import { describeFailure } from './platform/process/describe-failure.ts';
import { createLogger } from './platform/process/logger.ts';
import { redactText } from './platform/redaction/redact-text.ts';
import type { InputIssue } from './platform/validation/input-issue.ts';
import { createReader } from './reader.db.ts';
import { describeFindings } from './sealing/describe-findings.ts';
import { sealingOverlapMs } from './sealing/open-sealing.ts';
import { timeOf } from './sealing/sealed-columns.db.ts';
import { createIdentifySecret } from './sessions/identify-secret.db.ts';
import { usageDimensions } from './usage/usage-query.ts';

// What a program reads goes to standard output, what a person reads to standard error.
const say = (line: string) => process.stderr.write(`${line}\n`);

const program = new Command('gatehouse')
  .description('What an operator does from a shell, with the same environment as the gateway.')
  .showHelpAfterError()
  // It repeats what was typed: a secret may be among it.
  .configureOutput({ writeErr: (text) => process.stderr.write(redactText(text)) })
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
          reader: createReader(pool, { reach: 'EVERYTHING' }),
          applications: createApplicationStore(pool),
        },
        { ...options, expiresAt: expires ?? null },
      );
      if (result.kind === 'invalid') return refuse(result.issues);
      say(`A key of ${result.application.name}. It is shown this once:`);
      process.stdout.write(`${result.value.reveal()}\n`);
    }),
  );

program
  .command('secret')
  .description('Client secrets that were found where they should not be.')
  .command('identify')
  .description(
    'Say whose a leaked client secret is. It is read from standard input, one line, and kept nowhere.',
  )
  .addHelpText(
    'after',
    '\nFor example: gatehouse secret identify < found.txt\nExit code 0: found; its session is printed as JSON. 1: no session has it. 2: it could not be looked for.\nEach look-up is audited, found or not.',
  )
  // Refused in words of our own: those of the parser repeat what was typed.
  .allowExcessArguments()
  .allowUnknownOption()
  .action(async (_options: unknown, command: Command) => {
    try {
      const read = await readSecret(process.stdin, command.args);
      if (read.kind === 'refused') {
        say(`${read.why} For example: gatehouse secret identify < found.txt`);
        process.exitCode = 2;
        return;
      }
      await withLedger(async ({ pool }, config) => {
        const found = await identifyFromShell(read.secret, {
          reader: createReader(pool, { reach: 'EVERYTHING' }),
          identify: createIdentifySecret(pool),
          keys: await obtainFingerprintKeys(config),
        });
        if (found === null) {
          say(
            'No session has it: it was not issued here, or its month was dropped, or its fingerprint key is gone.',
          );
          process.exitCode = 1;
          return;
        }
        const { sessionId, ...rest } = found;
        const shown = { id: encodeId('RealtimeSession', sessionId), ...rest };
        process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      });
    } catch (error) {
      say(`The secret could not be looked for. ${describeFailure(error)}`);
      process.exitCode = 2;
    }
  });

const audit = program
  .command('audit')
  .description('The audit trail: whether it is what was sealed, and a copy of it.');

audit
  .command('verify')
  .description('Find and locate whatever was changed, removed, inserted or swapped in the sealed trail.')
  .option('--from <instant>', 'only batches sealed at that moment or later', parseAnyInstant)
  .option('--to <instant>', 'only batches sealed before that moment', parseAnyInstant)
  .option(
    '--heads <file...>',
    'heads that left the database (GATEHOUSE_AUDIT_HEADS_FILE, or a log of a gateway): without them a trail whose end was cut off, or an older backup, looks whole',
  )
  .addHelpText(
    'after',
    '\nExit code 0: it is what was sealed. 1: it is not; each line says what and where. 2: it could not be checked.',
  )
  // What was typed wrong was not checked.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(async ({ from, to, heads }: { from?: string; to?: string; heads?: string[] }) => {
    try {
      await withLedger(async ({ pool }, config) => {
        const findings = describeFindings((line) => process.stdout.write(`${line}\n`));
        const options = { span: { from: from ?? null, to: to ?? null }, headsFiles: heads ?? [] };
        const { events, dropped, erased, batches, unsealed } = await verifyTrail({
          ...options,
          pool,
          keys: await obtainAuditKeys(config),
          overlapMs: sealingOverlapMs(config),
          onFinding: findings.add,
          onProgress: everySoOften((sequence, last) => say(`Checked ${sequence} of ${last} …`)),
        });
        const found = findings.end();
        say(
          `Checked ${events} sealed events in ${batches} batches${heads === undefined ? ', without heads' : ''}.`,
        );
        if (dropped > 0) say(`${dropped} of them were dropped by retention, as signed checkpoints say.`);
        if (erased > 0) say(`${erased} of them do not name a person any more, who was erased.`);
        if (unsealed.firstId !== null) {
          const since = new Date(timeOf(unsealed.firstId)).toISOString();
          say(`${unsealed.count} events since ${since} are not sealed yet.`);
        }
        say(found === 0 ? 'The trail is what was sealed.' : 'The trail is NOT what was sealed.');
        process.exitCode = found === 0 ? 0 : 1;
      });
    } catch (error) {
      say(`The trail could not be checked. ${describeFailure(error)}`);
      process.exitCode = 2;
    }
  });

audit
  .command('export')
  .description('Write the whole trail to standard output, oldest first, as a line of JSON for each event.')
  .action(() =>
    withLedger(async ({ pool }) => {
      const onProgress = everySoOften((events) => say(`${events} events …`));
      const { events, whole } = await exportTrail(pool, process.stdout, onProgress);
      if (whole) say(`${events} events.`);
    }),
  );

program
  .command('usage')
  .description('What was used, and what it cost.')
  .command('export')
  .description('Write a report of usage to standard output, as CSV: a header, and a line for each row.')
  .requiredOption('--from <instant>', 'what was used at that moment or later', parseExactInstant)
  .requiredOption('--to <instant>', 'what was used before that moment', parseExactInstant)
  .option('--time-zone <name>', 'where hours, days and months begin, e.g. Europe/Amsterdam', 'UTC')
  .option(
    '--by <list>',
    `what rows are of, comma-separated: ${usageDimensions.join(', ').toLowerCase()} (default: one row)`,
    parseDimensions,
  )
  .option('--application <name>', 'only through that application')
  .option('--user <external id>', "only that user's")
  .addHelpText(
    'after',
    "\nTexts that a spreadsheet would take for a formula, or that begin with an apostrophe, get an apostrophe before them. An empty cost is unknown: the last columns say of how many responses, and of which models, no price is known. An erased user's cell is empty.",
  )
  .action(({ by, ...options }: Omit<UsageExportOptions, 'by'> & Partial<UsageExportOptions>) =>
    withLedger(async ({ pool }) => {
      const onProgress = everySoOften((rows) => say(`${rows} rows …`));
      const ports = { pool, output: process.stdout, onProgress };
      const result = await exportUsage(ports, { ...options, by: by ?? [] });
      if (result.kind === 'invalid') return refuse(result.issues);
      if (result.kind === 'cut_off') return;
      const { rows, responses, sessions, totalTokens, costKnownUsd, unpriced } = result;
      say(
        `${rows} rows: ${responses} responses, ${sessions} sessions issued, ${totalTokens} tokens, ${costKnownUsd} USD${unpriced > 0 ? `, and ${unpriced} responses without a known price` : ''}.`,
      );
    }, withTimeForReports),
  );

try {
  await program.parseAsync();
} catch (error) {
  say(`Gatehouse cannot do that. ${describeFailure(error)}`);
  process.exitCode = 1;
}

/** A report of years may take a statement longer than who waits for an answer would. */
function withTimeForReports(config: Config): Config {
  return { ...config, databaseTimeoutMs: Math.max(config.databaseTimeoutMs, 60_000) };
}

function refuse(issues: readonly InputIssue[]): void {
  for (const { path, message } of issues) say(`--${path.join('.')} ${message}`);
  process.exitCode = 1;
}

async function withLedger(
  work: (ledger: OpenDatabase, config: Config) => Promise<void>,
  change: (config: Config) => Config = (config) => config,
): Promise<void> {
  const config = change(readConfig());
  const log = createLogger({ level: 'warn', pretty: true, destination: { write: say } });
  const ledger = await openDatabase(config, log, new AbortController().signal, joinEmbeddedPostgres);
  try {
    await work(ledger, config);
  } finally {
    await ledger.close();
  }
}

function everySoOften<Seen extends readonly number[]>(tell: (...seen: Seen) => void): typeof tell {
  let told = performance.now();
  return (...seen) => {
    if (performance.now() - told < 2000) return;
    told = performance.now();
    tell(...seen);
  };
}
