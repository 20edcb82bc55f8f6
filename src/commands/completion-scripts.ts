import type { Command, Option } from 'commander';
import { withSubcommands } from './command-group.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A command with what can follow it: the commands below, or its options. */
type Node = { readonly path: readonly string[]; readonly command: Command };

/** Scripts that know all commands by themselves: completing runs no program, and evaluates nothing that was typed. */
export const completionScripts: Readonly<Record<Shell, (program: Command) => string>> = { bash, zsh, fish };

function bash(program: Command): string {
  const words = (node: Node) => followersOf(node).map(({ word }) => word);
  return `# bash completion of gatehouse
_gatehouse() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} before= index words=
  for ((index = 1; index < COMP_CWORD; index++)); do
    [[ \${COMP_WORDS[index]} == -* ]] && break
    before+="\${COMP_WORDS[index]} "
  done
  case "$before$previous" in
${valueCases(program, (values) => `words=${quote(values.join(' '))}`, 'return')}
    *) case "$before" in
${commandCases(program, (node) => `words=${quote(words(node).join(' '))}`)}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _gatehouse gatehouse
`;
}

function zsh(program: Command): string {
  const described = (node: Node) =>
    followersOf(node)
      .map(({ word, description }) => quote(`${word}:${description.replaceAll(':', '\\:')}`))
      .join(' ');
  return `#compdef gatehouse
_gatehouse() {
  local before= word previous=\${words[CURRENT-1]}
  local -a found
  for word in \${words[2,CURRENT-1]}; do
    [[ $word == -* ]] && break
    before+="$word "
  done
  case "$before$previous" in
${valueCases(program, (values) => `found=(${values.map((value) => quote(value)).join(' ')})`, '_files; return')}
    *) case "$before" in
${commandCases(program, (node) => `found=(${described(node)})`)}
    esac ;;
  esac
  _describe gatehouse found
}
if [[ $funcstack[1] == _gatehouse ]]; then _gatehouse "$@"; else compdef _gatehouse gatehouse; fi
`;
}

function fish(program: Command): string {
  const lines = nodesOf(program).flatMap((node) => {
    const seen = node.path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const below = node.command.commands.map((command) => command.name());
    const condition =
      below.length === 0 ? seen : [...seen, `not __fish_seen_subcommand_from ${below.join(' ')}`];
    return followersOf(node).map(({ word, description, option }) =>
      [
        'complete -c gatehouse',
        `-n ${quote(condition.join('; and ') || 'true', "\\'")}`,
        option === null ? `-a ${word}` : `-l ${word.slice(2)}${fishValue(option)}`,
        `-d ${quote(description, "\\'")}`,
      ].join(' '),
    );
  });
  return `# fish completion of gatehouse\ncomplete -c gatehouse -f\n${lines.join('\n')}\n`;
}

function fishValue(option: Option): string {
  if (!takesValue(option)) return '';
  return option.argChoices === undefined ? ' -r' : ` -x -a ${quote(option.argChoices.join(' '))}`;
}

/** Cases of the words before and the word just before: the option's value comes next. */
function valueCases(program: Command, choose: (values: readonly string[]) => string, other: string): string {
  return nodesOf(program)
    .flatMap(({ path, command }) =>
      optionsOf(command)
        .filter(takesValue)
        .map((option) => {
          const action = option.argChoices === undefined ? other : choose(option.argChoices);
          return `    ${quote(prefixOf(path))}*${option.long}) ${action} ;;`;
        }),
    )
    .join('\n');
}

/** Cases of the words before. Behind a command's own words there may be arguments. */
function commandCases(program: Command, act: (node: Node) => string): string {
  return nodesOf(program)
    .map((node) => {
      const end = node.command.commands.length === 0 ? '*' : '';
      return `      ${quote(prefixOf(node.path))}${end}) ${act(node)} ;;`;
    })
    .join('\n');
}

function prefixOf(path: readonly string[]): string {
  return path.map((word) => `${word} `).join('');
}

type Follower = {
  readonly word: string;
  readonly description: string;
  /** Null for a command, or a value of an argument. */
  readonly option: Option | null;
};

function followersOf({ command }: Node): Follower[] {
  const commands = command.commands.map((below) => ({
    word: below.name(),
    description: below.description(),
    option: null,
  }));
  const values = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((word) => ({ word, description, option: null })),
  );
  const options = optionsOf(command).map((option) => ({
    word: option.long ?? '',
    description: option.description,
    option,
  }));
  return [...commands, ...values, ...options];
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** The program and everything below it. */
function nodesOf(program: Command): Node[] {
  return withSubcommands(program).map((command) => ({ path: pathTo(command), command }));
}

function pathTo(command: Command): string[] {
  return command.parent === null ? [] : [...pathTo(command.parent), command.name()];
}

/** In single quotes. `quoted` stands for a quote in the text: fish escapes it, the others end the quotes for it. */
function quote(text: string, quoted = `'\\''`): string {
  return `'${text.replaceAll("'", quoted)}'`;
}
