import type { Command } from 'commander';
import { auditActions } from '../audit/actions.ts';
import type { AuditOutcome } from '../audit/audit-event.ts';
import type { ActorKind } from '../authorization/actor.ts';
import { findAuditKeys } from '../platform/config/keys.ts';
import { transactionOverlapMs } from '../platform/database/transaction-overlap.ts';
import { describeFailure } from '../platform/process/describe-failure.ts';
import { allKeysOf } from '../platform/validation/all-keys.ts';
import { describeFindings } from '../sealing/describe-findings.ts';
import { timeOf } from '../sealing/sealed-columns.db.ts';
import { type AuditExportOptions, auditFilterOf } from './audit-filter.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { EXIT } from './exit-code.ts';
import { exportTrail } from './export-trail.ts';
import { InterruptedError } from './interrupt.ts';
import { listOption, parseTime } from './options.ts';
import { printJson, say, sayIssues, throttle } from './terminal.ts';
import { type Verified, verifyTrail } from './verify-trail.ts';
import { withDatabaseToRead } from './with-database.ts';

type VerifyOptions = {
  readonly from?: string;
  readonly to?: string;
  readonly heads?: readonly string[];
  readonly json?: boolean;
};

const OUTCOMES = allKeysOf<Record<AuditOutcome, unknown>>()(['SUCCEEDED', 'DENIED', 'FAILED']);
const ACTOR_KINDS = allKeysOf<Record<ActorKind, unknown>>()(['APPLICATION', 'USER', 'OPERATOR', 'SYSTEM']);

/** `gatehouse audit verify` and `gatehouse audit export` */
export function auditCommand(): Command {
  const audit = commandGroup('audit', 'The audit trail: whether it is what was sealed, and a copy of it.');
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
      helpEnd(
        ['audit verify --heads heads.ndjson', 'audit verify --from 2026-11-01 --json'],
        'Exit code 0: it is what was sealed. 1: it is not; each line says what and where. 2: it could not be checked.',
      ),
    )
    .action(verify);
  audit
    .command('export')
    .description('Write the trail to standard output, oldest first, as a line of JSON for each event.')
    .addOption(listOption('--action <list>', 'only these actions, comma-separated', auditActions))
    .addOption(listOption('--outcome <list>', 'only these outcomes, comma-separated', OUTCOMES))
    .option('--user <external id>', 'only about that user')
    .option('--user-id <id>', "only about the user of that id: the API's, or the uuid of the trail")
    .option('--session <id>', "only about that session, by the API's id, or the uuid of the trail")
    .option('--application <name>', 'only about that application, or by it')
    .addOption(listOption('--actor-kind <list>', 'only by one of these, comma-separated', ACTOR_KINDS))
    .option('--request <id>', 'only what that request caused, by its X-Request-Id')
    .option('--from <instant>', 'at that moment or later', parseTime)
    .option('--to <instant>', 'before that moment', parseTime)
    .addHelpText(
      'after',
      helpEnd(
        [
          'audit export > trail.ndjson',
          'audit export --user alice --action session.issued,session.denied --from 2026-11-01',
        ],
        'Needs a role that may read the trail; --user and --application also look at those tables.',
      ),
    )
    .action(runExport);
  return audit;
}

async function runExport(options: AuditExportOptions): Promise<void> {
  await withDatabaseToRead([], async (database) => {
    const { filter, issues } = await auditFilterOf(database, options);
    if (issues.length > 0) return sayIssues(issues);
    const onProgress = throttle((events) => say(`${events} events …`));
    const { events, whole } = await exportTrail(database.pool, process.stdout, { filter, onProgress });
    if (whole) say(`${events} events.`);
  });
}

async function verify({ from, to, heads, json = false }: VerifyOptions): Promise<void> {
  try {
    await withDatabaseToRead(['auditKeys'], async ({ pool }, config) => {
      const lines: string[] = [];
      const findings = describeFindings((line) =>
        json ? lines.push(line) : process.stdout.write(`${line}\n`),
      );
      const verified = await verifyTrail({
        span: { from: from ?? null, to: to ?? null },
        headsFiles: heads ?? [],
        pool,
        keys: await findAuditKeys(config),
        overlapMs: transactionOverlapMs(config.databaseTimeoutMs),
        onFinding: findings.add,
        onProgress: throttle((sequence, last) => say(`Checked ${sequence} of ${last} …`)),
      });
      const found = findings.end();
      if (json) printJson({ intact: found === 0, ...verified, findings: lines });
      for (const line of describeVerified(verified, heads !== undefined)) say(line);
      say(found === 0 ? 'The trail is what was sealed.' : 'The trail is NOT what was sealed.');
      process.exitCode = found === 0 ? EXIT.ok : EXIT.refused;
    });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    say(`The trail could not be checked. ${describeFailure(error)}`);
    process.exitCode = EXIT.usage;
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
