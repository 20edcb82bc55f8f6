import type { Command } from 'commander';
import { findAuditKeys } from '../platform/config/keys.ts';
import { retentionRules } from '../retention/retention-rules.db.ts';
import { commandGroup, helpEnd } from './command-group.ts';
import { dropMonths } from './drop-months.ts';
import { EXIT } from './exit-code.ts';
import { withMigratedDatabase } from './with-database.ts';

/** `gatehouse retention drop` */
export function retentionCommand(): Command {
  const retention = commandGroup('retention', 'Months that are older than they are kept for.');
  retention
    .command('drop')
    .description(
      'List the months that are due, or drop them. A gateway does it by itself, unless more than one month falls due at once: that can be a wrong clock.',
    )
    .option('--yes', 'drop them, for good')
    .addHelpText(
      'after',
      helpEnd(
        ['retention drop', 'retention drop --yes'],
        'Standard output names the partitions. Exit code 0: all that is due was listed, or dropped. 1: it was not, and why: a partition is in use, a gateway is at it, or the clocks of the database and of this machine differ by more than a minute.',
      ),
    )
    .action(({ yes = false, json = false }: { readonly yes?: boolean; readonly json?: boolean }) =>
      withMigratedDatabase(['auditKeys'], async (database, config) => {
        const rules = retentionRules({
          months: config.retentionMonths,
          auditMonths: config.auditRetentionMonths,
          auditKeys: await findAuditKeys(config),
        });
        if (!(await dropMonths(database, rules, { yes, json }))) process.exitCode = EXIT.refused;
      }),
    );
  return retention;
}
