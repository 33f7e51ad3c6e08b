import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sdm } from './testing/fake-host.js';

/** What bash offers for the last of the words, taken apart as bash does it: at blanks and at `=`. */
async function completed(...words: string[]): Promise<string[]> {
  const { stdout: script } = await sdm('completion bash');
  const program = `${script}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(of an earlier word)
    _sdm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', program, 'bash', ...words], { encoding: 'utf8' });
  return output.split('\n').filter(Boolean);
}

const SHELLS = ['bash', 'zsh', 'fish'];
const ENCODERS = ['universal-sentence-encoder', 'openai', 'transformers', 'language-model'];

it.each<[string[], string[]]>([
  [['sdm', 're'], ['recalibrate']],
  [
    ['sdm', '--'],
    ['--help', '--version'],
  ],
  [['sdm', 'completion', ''], SHELLS],
  [['sdm', 'completion', 'z'], ['zsh']],
  [['sdm', 'embed', '--encoder', ''], ENCODERS],
  [['sdm', 'embed', '--encoder', 'tr'], ['transformers']],
  [['sdm', 'embed', '--encoder', '='], ENCODERS],
  [['sdm', 'embed', '--encoder', '=', 'tr'], ['transformers']],
  [
    ['sdm', 'certify', '--empty_groups', ''],
    ['block', 'unclaimed'],
  ],
  [['sdm', 'train', '--batch'], ['--batch-size']],
  [['sdm', 'train', '--batch_'], ['--batch_size']],
  [['sdm', 'train', '--number_of_r'], ['--number_of_random_shuffles']],
  [['sdm', 'train', '--matching'], []],
  [['sdm', 'plan', '--h'], ['--help']],
  [['sdm', 'help', 're'], ['recalibrate']],
  [['sdm', 'train', '--parallel-rounds', ''], ['auto']],
])('completes in bash: %j', async (words, offered) => {
  expect(await completed(...words)).toEqual(offered);
});

it('leaves to bash what it does not know, so that files are offered there', async () => {
  expect(await completed('sdm', 'score', '--model', '')).toEqual([]);
  expect((await sdm('completion bash')).stdout).toMatch(/\ncomplete -o default -F _sdm sdm\n$/);
});

it('completes in zsh at the first call, as a file of $fpath, and registers itself when it is sourced', async () => {
  const { stdout } = await sdm('completion zsh');
  expect(stdout).toMatch(/^#compdef sdm\n/);
  expect(stdout).toMatch(
    /\nif \[\[ "\$\{funcstack\[1\]\}" == _sdm \]\]; then _sdm "\$@"; else compdef _sdm sdm; fi\n$/,
  );
  expect(stdout).toContain(`'embed --encoder') compadd -- ${ENCODERS.join(' ')};`);
  expect(stdout).toContain(`'completion completion') compadd -- ${SHELLS.join(' ')};`);
});

it('completes in fish with descriptions and choices', async () => {
  const lines = (await sdm('completion fish')).stdout.split('\n');
  expect(lines).toContain("complete -c sdm -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'");
  expect(lines).toContain(
    `complete -c sdm -n '__fish_seen_subcommand_from embed' -l encoder -x -a '${ENCODERS.join(' ')}' -d 'what encodes the texts'`,
  );
  expect(lines).toContain(
    "complete -c sdm -n '__fish_seen_subcommand_from score' -l model -r -d 'a .sdmkitmodel folder'",
  );
});
