import { Command } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { keyCommand } from './commands/key.ts';
import { migrateCommand } from './commands/migrate.ts';
import { retentionCommand } from './commands/retention.ts';
import { secretCommand } from './commands/secret.ts';
import { say } from './commands/terminal.ts';
import { usageCommand } from './commands/usage.ts';
import { describeFailure } from './platform/process/describe-failure.ts';
import { redactText } from './platform/redaction/redact-text.ts';

const program = new Command('gatehouse')
  .description('What an operator does from a shell, with the same environment as the gateway.')
  .addHelpText('after', '\nThe database is the one of DATABASE_URL, or the embedded one, running or not.');

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

try {
  await program.parseAsync();
} catch (error) {
  say(`Gatehouse cannot do that. ${describeFailure(error)}`);
  process.exitCode = 1;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
