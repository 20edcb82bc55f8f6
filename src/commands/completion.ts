import { Argument, type Command } from 'commander';
import { commandGroup, helpEnd } from './command-group.ts';
import { completionScripts, type Shell, shells } from './completion-scripts.ts';
import { printJson } from './terminal.ts';

/** `gatehouse completion` */
export function completionCommand(program: Command): Command {
  return commandGroup('completion', 'Print a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      helpEnd([
        'completion bash > ~/.local/share/bash-completion/completions/gatehouse',
        'completion zsh > ~/.zfunc/_gatehouse   # a folder of $fpath',
        'completion fish > ~/.config/fish/completions/gatehouse.fish',
      ]),
    )
    .action((shell: Shell, { json = false }: { readonly json?: boolean }) => {
      const script = completionScripts[shell](program);
      if (json) printJson({ shell, script });
      else process.stdout.write(script);
    });
}
