import { Command } from 'commander';
import { describeFailure } from '../platform/process/describe-failure.ts';
import { auditCommand } from './audit.ts';
import { leavesOf, withSettings } from './command-group.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { InterruptedError } from './interrupt.ts';
import { keyCommand } from './key.ts';
import { migrateCommand } from './migrate.ts';
import { retentionCommand } from './retention.ts';
import { secretCommand } from './secret.ts';
import { sessionCommand } from './session.ts';
import { say } from './terminal.ts';
import { usageCommand } from './usage.ts';
import { userCommand } from './user.ts';

/** The command line with all its commands. */
export function createProgram(): Command {
  const program = withSettings(new Command('gatehouse'))
    .description('What an operator does from a shell, with the same environment as the gateway.')
    .addHelpText(
      'after',
      `
The database is the one of DATABASE_URL, or the embedded one, running or not. Only migrate makes one.
Standard output is for programs, standard error for people.

Exit codes: 0 done. 1 refused, not found, or something was found. 2 the command line or the configuration cannot be
used. 3 the database or a key cannot be reached or used. 130 interrupted. Commands with other meanings say so.

Examples:
  gatehouse doctor
  gatehouse session list --status ACTIVE --user alice
  gatehouse help key create`,
    );
  for (const command of [
    migrateCommand(),
    doctorCommand(),
    keyCommand(),
    sessionCommand(),
    userCommand(),
    secretCommand(),
    auditCommand(),
    retentionCommand(),
    usageCommand(),
    completionCommand(program),
  ])
    program.addCommand(command);
  for (const { command } of leavesOf(program))
    command.option('--json', 'print JSON: one document, or a line for each thing that is listed');
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
    if (error instanceof InterruptedError) {
      say('Interrupted.');
      // What was given up may still hold the process open.
      process.exit(EXIT.interrupted);
    }
    say(`Gatehouse cannot do that. ${describeFailure(error)}`);
    process.exitCode = exitCodeOf(error);
  }
}
