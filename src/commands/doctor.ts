import type { Command } from 'commander';
import { commandGroup, helpEnd } from './command-group.ts';
import type { Check } from './doctor/check.ts';
import { checkConfiguration } from './doctor/check-configuration.ts';
import { checkDatabase } from './doctor/check-database.ts';
import { checkProviders } from './doctor/check-providers.ts';
import { EXIT } from './exit-code.ts';
import { untilInterrupted } from './interrupt.ts';
import { printJson, say } from './terminal.ts';
import { describeLedger } from './with-database.ts';

/** `gatehouse doctor` */
export function doctorCommand(): Command {
  return commandGroup(
    'doctor',
    'Look at the configuration, the database, the keys and the provider, and say what is wrong and what to do.',
  )
    .addHelpText(
      'after',
      helpEnd(
        ['doctor', 'doctor --json'],
        'A line for each thing: ok, warn or fail, what it is, and what to do. It changes nothing and mints nothing: a provider is asked with a GET without credentials.\nExit code 0: nothing fails. 1: something does.',
      ),
    )
    .action(({ json = false }: { readonly json?: boolean }) =>
      untilInterrupted((signal) => run(json, signal)),
    );
}

/** Looks at one thing after the other. An interruption waits for the one that is looked at, so that what it opened is closed. */
async function run(json: boolean, signal: AbortSignal): Promise<void> {
  const checks: Check[] = [];
  for await (const check of diagnose()) {
    checks.push(check);
    if (!json) process.stdout.write(`${lineOf(check)}\n`);
    signal.throwIfAborted();
  }
  const failing = checks.filter(({ status }) => status === 'fail').length;
  if (json) printJson({ healthy: failing === 0, checks });
  if (failing === 0) return;
  say(`${failing} of ${checks.length} checks fail.`);
  process.exitCode = EXIT.refused;
}

async function* diagnose(): AsyncGenerator<Check> {
  const { config, checks } = checkConfiguration();
  yield* checks;
  if (config === null) return;
  say(`The ledger is ${describeLedger(config)}.`);
  yield* checkDatabase(config);
  yield* checkProviders(config);
}

function lineOf({ name, status, message, cure }: Check): string {
  return `${status.padEnd(4)}  ${name}: ${message}${cure === null ? '' : ` ${cure}`}`;
}
