import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes verbs, options and their choices, made from what the program declares; files everywhere else. */
export function completionScript(program: Command, shell: Shell): string {
  const names = program.commands.map((command) => command.name());
  const help = { name: 'help', description: 'say more of a verb', choices: names, options: [HELP] };
  const verbs = program.commands.map(
    (command): Verb => ({
      name: command.name(),
      description: command.description(),
      choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      options: [...command.options.filter(({ hidden }) => !hidden).map(completedOption), HELP],
    }),
  );
  return SCRIPTS[shell]([...verbs, help]);
}

interface Verb {
  readonly name: string;
  readonly description: string;
  /** What can be said in place of a file. */
  readonly choices: readonly string[];
  readonly options: readonly CompletedOption[];
}

interface CompletedOption {
  readonly long: string;
  readonly description: string;
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

const HELP: CompletedOption = { long: '--help', description: 'say more', choices: [], takesValue: false };

const SCRIPTS: Readonly<Record<Shell, (verbs: readonly Verb[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

function completedOption({ long, description, argChoices = [], required, optional }: Option): CompletedOption {
  const choices = long === '--parallel-rounds' ? ['auto'] : argChoices; // beside numbers, which nobody can list
  return { long: long ?? '', description, choices, takesValue: required || optional };
}

/** Bash takes `--option=value` apart at the `=`. Where nothing is replied it offers files itself. */
function bashScript(verbs: readonly Verb[]): string {
  const values = choiceCases(verbs).map(({ pattern, choices }) => `    ${pattern}) words='${choices.join(' ')}' ;;`);
  const options = verbs.map(({ name, options: own }) => `      ${name}) words='${longs(own)}' ;;`);
  return `_sdm() {
  local word rest words='' current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ "$current" == '=' ]]; then
    current=''
  elif [[ "$previous" == '=' ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  COMPREPLY=()
  case "\${COMP_WORDS[1]} \${previous//_/-}" in
${values.join('\n')}
  esac
  if [[ "$COMP_CWORD" -eq 1 ]]; then
    words='${verbs.map(({ name }) => name).join(' ')} --help --version'
  elif [[ -z "$words" && "$current" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${options.join('\n')}
    esac
  fi
  if [[ "$current" == --*_* ]]; then
    for word in $words; do
      rest="\${word:\${#current}}"
      if [[ "$word" == "\${current//_/-}"* ]]; then COMPREPLY+=("$current\${rest//-/_}"); fi
    done
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _sdm sdm
`;
}

/** As a file of `$fpath` it is the body of its function, which has to complete at its first call, too; sourced, it registers itself. */
function zshScript(verbs: readonly Verb[]): string {
  const values = choiceCases(verbs).map(
    ({ pattern, choices }) => `    ${pattern}) compadd -- ${choices.join(' ')}; return ;;`,
  );
  const options = verbs.map(
    ({ name, options: own }) =>
      `    ${name}) found=(${own.map(({ long, description }) => described(long, description)).join(' ')}) ;;`,
  );
  const names = verbs.map(({ name, description }) => described(name, description));
  return `#compdef sdm
_sdm() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}"
  local -a found
  if (( CURRENT == 2 )) && [[ "$current" != -* ]]; then
    found=(${names.join(' ')})
    _describe verb found
    return
  fi
  if [[ "$current" == --*=* ]]; then
    previous="\${current%%=*}"
    current=''
    compset -P '*='
  fi
  case "\${words[2]} \${previous//_/-}" in
${values.join('\n')}
  esac
  if [[ "$current" != -* ]]; then
    _files
    return
  fi
  case "\${words[2]}" in
${options.join('\n')}
    *) found=('--help:say more' '--version:say the version') ;;
  esac
  _describe -o option found -M 'm:_=-'
}
if [[ "\${funcstack[1]}" == _sdm ]]; then _sdm "$@"; else compdef _sdm sdm; fi
`;
}

function fishScript(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap(({ name, description, choices, options }) => [
    `complete -c sdm -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...(choices.length === 0 ? [] : [`${fishAfter(name)} -f -a ${quoted(choices.join(' '))}`]),
    ...options.map((option) => `${fishAfter(name)} ${fishOption(option)}`),
  ]);
  return `${lines.join('\n')}\n`;
}

function fishAfter(verb: string): string {
  return `complete -c sdm -n '__fish_seen_subcommand_from ${verb}'`;
}

function fishOption({ long, description, choices, takesValue }: CompletedOption): string {
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
  return `-l ${long.replace(/^--/, '')}${value} -d ${quoted(description)}`;
}

/** Patterns of a verb and the word before, and what may follow them. */
function choiceCases(verbs: readonly Verb[]): { pattern: string; choices: readonly string[] }[] {
  const cases = verbs.flatMap(({ name, choices, options }) => [
    { pattern: `'${name} ${name}'`, choices },
    ...options.map(({ long, choices: own }) => ({ pattern: `'${name} ${long}'`, choices: own })),
  ]);
  return cases.filter(({ choices }) => choices.length > 0);
}

function longs(options: readonly CompletedOption[]): string {
  return options.map(({ long }) => long).join(' ');
}

function described(word: string, description: string): string {
  return quoted(`${word}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
