import type { OpenDatabase } from '../platform/database/database.ts';
import { dropOldPartitions, type RetentionOutcome } from '../retention/drop-old-partitions.db.ts';
import { listDueMonths } from '../retention/list-due-months.db.ts';
import type { RetentionRule } from '../retention/retention-rules.db.ts';
import { printJsonLine, say } from './terminal.ts';

/**
 * Lists the months that are due on standard output, or drops them.
 * @returns whether all that is due was listed, or dropped
 */
export async function dropMonths(
  { ownerUrl }: Pick<OpenDatabase, 'ownerUrl'>,
  rules: readonly RetentionRule[],
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
): Promise<boolean> {
  const finished: boolean[] = [];
  for (const rule of rules)
    finished.push(await (yes ? drop(ownerUrl, rule, json) : list(ownerUrl, rule, json)));
  return finished.every(Boolean);
}

async function list(ownerUrl: string, rule: RetentionRule, json: boolean): Promise<boolean> {
  const due = await listDueMonths(ownerUrl, rule);
  if (due.kind === 'clocks_differ') return sayWhy(due);
  for (const { name } of due.partitions) print(name, null, json);
  say(
    `${due.partitions.length} months of tables of the ${rule.name} are due${due.partitions.length > 0 ? ': add --yes to drop them' : ''}.`,
  );
  return true;
}

async function drop(ownerUrl: string, rule: RetentionRule, json: boolean): Promise<boolean> {
  let isPostponed = false;
  const outcome = await dropOldPartitions({
    ownerUrl,
    rule,
    severalMonths: true,
    signal: new AbortController().signal,
    onDropped: ({ partition, rows }) => {
      print(partition, rows, json);
      say(`Dropped ${partition}: ${rows} rows.`);
    },
    onPostponed: (partition) => {
      isPostponed = true;
      say(`${partition} is in use. A gateway drops it when it is free; run this again for the others.`);
    },
  });
  return sayWhy(outcome) && !isPostponed;
}

/** @param rows how many were dropped; null: none yet */
function print(partition: string, rows: number | null, json: boolean): void {
  if (json) printJsonLine({ partition, dropped: rows !== null, rows });
  else process.stdout.write(`${partition}\n`);
}

/** Whether a run did all that it could; says why when it did not. */
function sayWhy(outcome: RetentionOutcome): boolean {
  switch (outcome.kind) {
    case 'done':
      return true;
    case 'busy':
      say('A gateway is dropping months just now. Run this again later.');
      return false;
    case 'clocks_differ': {
      const { databaseAheadSeconds: seconds } = outcome;
      say(
        `The database's clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} this machine's. Set the wrong one right; until then nothing is dropped.`,
      );
      return false;
    }
    case 'several_months':
      return false;
    default:
      return outcome satisfies never;
  }
}
