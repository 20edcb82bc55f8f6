import { Command, type CommanderError } from 'commander';
import { redactText } from '../platform/redaction/redact-text.ts';
import { EXIT } from './exit-code.ts';

/** Commands about one noun, e.g. `gatehouse key`. Those that are added to it have its settings. */
export function commandGroup(name: string, description: string): Command {
  return withSettings(new Command(name)).description(description);
}

/** The settings that all commands have: what was typed wrong ends with 2, and is not repeated where it is a secret. */
export function withSettings(command: Command): Command {
  return (
    command
      .showHelpAfterError('Add --help for what there is.')
      // Commander's errors repeat what was typed, which may contain a secret.
      .configureOutput({ writeErr: (text) => process.stderr.write(redactText(text)) })
      .exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage))
  );
}

/** The end of a command's help: examples, and what else has to be said. */
export function helpEnd(examples: readonly string[], ...notes: readonly string[]): string {
  const lines = examples.map((example) => `  gatehouse ${example}`);
  return `\nExamples:\n${lines.join('\n')}${notes.map((note) => `\n\n${note}`).join('')}`;
}

/** The command itself and all below it. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** The commands that do something, each with the words that call it. */
export function leavesOf(
  command: Command,
  path: readonly string[] = [],
): { readonly path: string; readonly command: Command }[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((below) => leavesOf(below, [...path, below.name()]));
}
