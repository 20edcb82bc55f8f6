import type { Command } from 'commander';
import { usageDimensions } from '../usage/usage-query.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { exportUsage, type UsageExportOptions } from './export-usage.ts';
import { parseDimensions, parseTime } from './options.ts';
import { say, sayIssues, throttle } from './terminal.ts';
import { withDatabaseToRead } from './with-database.ts';

/** `gatehouse usage export` */
export function usageCommand(): Command {
  const usage = commandGroup('usage', 'What was used, and what it cost.');
  usage
    .command('export')
    .description('Write a report of usage to standard output, as CSV: a header, and a line for each row.')
    .requiredOption('--from <instant>', 'what was used at that moment or later', parseTime)
    .requiredOption('--to <instant>', 'what was used before that moment', parseTime)
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
      helpEnd(
        [
          'usage export --from 2026-11-01 --to 2026-12-01 --by user,month > november.csv',
          'usage export --from 2026-11-01 --to 2026-12-01 --by day,model --application shop --json',
        ],
        "Texts that a spreadsheet would take for a formula, or that begin with an apostrophe, get an apostrophe before them. An empty cost is unknown: the last columns say of how many responses, and of which models, no price is known. An erased user's cell is empty.\nExit code 1: also when an option cannot be used.",
      ),
    )
    // Older than the code for what was typed wrong, and documented.
    .exitOverride(({ exitCode }) => process.exit(exitCode))
    .action(({ by, ...options }: Omit<UsageExportOptions, 'by'> & Partial<UsageExportOptions>) =>
      withDatabaseToRead([], async (database, { usageLabel: labelKey }) => {
        const onProgress = throttle((rows) => say(`${rows} rows …`));
        const ports = { database, output: process.stdout, onProgress };
        const result = await exportUsage(ports, { ...options, by: by ?? [], labelKey });
        if (result.kind === 'invalid') return sayIssues(result.issues);
        if (result.kind === 'cut_off') return;
        const { rows, responses, sessions, totalTokens, costKnownUsd, unpriced } = result;
        say(
          `${rows} rows: ${responses} responses, ${sessions} sessions issued, ${totalTokens} tokens, ${costKnownUsd} USD${unpriced > 0 ? `, and ${unpriced} responses without a known price` : ''}.`,
        );
      }),
    );
  return usage;
}
