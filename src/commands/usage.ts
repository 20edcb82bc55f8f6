import { Command } from 'commander';
import { usageDimensions } from '../usage/usage-query.ts';
import { exportUsage, type UsageExportOptions } from './export-usage.ts';
import { parseDimensions, parseExactInstant } from './options.ts';
import { say, sayIssues, throttle } from './terminal.ts';
import { withDatabaseToRead } from './with-database.ts';

/** `gatehouse usage export` */
export function usageCommand(): Command {
  const usage = new Command('usage').description('What was used, and what it cost.');
  usage
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
