import { Command } from 'commander';
import { describeFailure } from '../platform/process/describe-failure.ts';
import { redactText } from '../platform/redaction/redact-text.ts';
import { auditCommand } from './audit.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { retentionCommand } from './retention.ts';
import { secretCommand } from './secret.ts';
import { say } from './terminal.ts';
import { usageCommand } from './usage.ts';

/** The command line with all its commands. */
export function createProgram(): Command {
  const program = new Command('gatehouse')
    .description('What an operator does from a shell, with the same environment as the gateway.')
    .addHelpText(
      'after',
      '\nThe database is the one of DATABASE_URL, or the embedded one, running or not. Only migrate makes one.',
    );
  for (const command of [
    migrateCommand(),
    keyCommand(),
    secretCommand(),
    auditCommand(),
    retentionCommand(),
    usageCommand(),
  ])
    program.addCommand(command);
  for (const command of withSubcommands(program))
    command
      .showHelpAfterError()
      // Commander's errors repeat what was typed, which may contain a secret.
      .configureOutput({ writeErr: (text) => process.stderr.write(redactText(text)) });
  return program;
}

/**
 * Runs what was typed; a failure is said on standard error and sets the exit code.
 * @param args without the program's name
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    say(`Gatehouse cannot do that. ${describeFailure(error)}`);
    process.exitCode = 1;
  }
}

/** The command itself and all below it. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
