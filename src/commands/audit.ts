import { Command } from 'commander';
import { findAuditKeys } from '../platform/config/keys.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { describeFailure } from '../platform/process/describe-failure.ts';
import { describeFindings } from '../sealing/describe-findings.ts';
import { timeOf } from '../sealing/sealed-columns.db.ts';
import { exportTrail } from './export-trail.ts';
import { parseTime } from './options.ts';
import { say, throttle } from './terminal.ts';
import { type Verified, verifyTrail } from './verify-trail.ts';
import { withDatabaseToRead } from './with-database.ts';

type VerifyOptions = { readonly from?: string; readonly to?: string; readonly heads?: readonly string[] };

/** `gatehouse audit verify` and `gatehouse audit export` */
export function auditCommand(): Command {
  const audit = new Command('audit').description(
    'The audit trail: whether it is what was sealed, and a copy of it.',
  );
  audit
    .command('verify')
    .description('Find and locate whatever was changed, removed, inserted or swapped in the sealed trail.')
    .option('--from <instant>', 'only batches sealed at that moment or later', (text: string) =>
      parseTime(text).toISOString(),
    )
    .option('--to <instant>', 'only batches sealed before that moment', (text: string) =>
      parseTime(text).toISOString(),
    )
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
    .action(verify);
  audit
    .command('export')
    .description('Write the whole trail to standard output, oldest first, as a line of JSON for each event.')
    .action(() =>
      withDatabaseToRead([], async ({ pool }) => {
        const onProgress = throttle((events) => say(`${events} events …`));
        const { events, whole } = await exportTrail(pool, process.stdout, onProgress);
        if (whole) say(`${events} events.`);
      }),
    );
  return audit;
}

async function verify({ from, to, heads }: VerifyOptions): Promise<void> {
  try {
    await withDatabaseToRead(['auditKeys'], async ({ pool }, config) => {
      const findings = describeFindings((line) => process.stdout.write(`${line}\n`));
      const options = { span: { from: from ?? null, to: to ?? null }, headsFiles: heads ?? [] };
      const verified = await verifyTrail({
        ...options,
        pool,
        keys: await findAuditKeys(config),
        overlapMs: transactionOverlapMs(config.databaseTimeoutMs),
        onFinding: findings.add,
        onProgress: throttle((sequence, last) => say(`Checked ${sequence} of ${last} …`)),
      });
      const found = findings.end();
      for (const line of describeVerified(verified, heads !== undefined)) say(line);
      say(found === 0 ? 'The trail is what was sealed.' : 'The trail is NOT what was sealed.');
      process.exitCode = found === 0 ? 0 : 1;
    });
  } catch (error) {
    say(`The trail could not be checked. ${describeFailure(error)}`);
    process.exitCode = 2;
  }
}

/** What was verified, and what a reader has to know beside the findings. */
function* describeVerified(
  { events, dropped, erased, batches, partialLines, unsealed }: Verified,
  withHeads: boolean,
): Generator<string> {
  yield `Checked ${events} sealed events in ${batches} batches${withHeads ? '' : ', without heads'}.`;
  if (dropped > 0) yield `${dropped} of them were dropped by retention, as signed checkpoints say.`;
  if (erased > 0) yield `${erased} of them do not name a person any more, who was erased.`;
  if (partialLines.first !== null)
    yield `${partialLines.count} lines of the heads are cut off, the first is line ${partialLines.first}: a gateway was killed while it wrote, or somebody cut them. Only a later head vouches for what they said.`;
  if (unsealed.firstId !== null) {
    const since = new Date(timeOf(unsealed.firstId)).toISOString();
    yield `${unsealed.count} events since ${since} are not sealed yet.`;
  }
}
