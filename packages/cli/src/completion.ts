import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A script that completes the verbs and options of the program, made from what it declares; undefined for another shell. */
export function completionScript(program: Command, shell: string): string | undefined {
  const verbs = program.commands.map((command) => ({
    name: command.name(),
    description: command.description().replaceAll("'", ''),
    options: command.options
      .filter(({ hidden }) => !hidden)
      .map(({ long, description }) => ({ long: long ?? '', description })),
  }));
  if (shell === 'bash') return bashScript(verbs);
  if (shell === 'zsh') return `#compdef sdm\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(verbs)}`;
  return shell === 'fish' ? fishScript(verbs) : undefined;
}

type Verbs = readonly {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly long: string; readonly description: string }[];
}[];

/** Options after a verb, files where no option is begun. */
function bashScript(verbs: Verbs): string {
  const cases = verbs.map(
    ({ name, options }) => `    ${name}) words="${options.map(({ long }) => long).join(' ')} --help" ;;`,
  );
  return `_sdm() {
  local words current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _sdm sdm
`;
}

function fishScript(verbs: Verbs): string {
  const quoted = (text: string) => `'${text.replaceAll("'", '')}'`;
  const lines = verbs.flatMap(({ name, description, options }) => [
    `complete -c sdm -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...options.map(
      ({ long, description: text }) =>
        `complete -c sdm -n '__fish_seen_subcommand_from ${name}' -l ${long.replace(/^--/, '')} -d ${quoted(text)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
