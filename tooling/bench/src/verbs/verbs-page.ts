import type { VerbResult } from './run-verb.js';

interface Facts {
  readonly machine: string;
  readonly mails: number;
  /** How many of the results are the journey. */
  readonly journey: number;
}

/** The page docs/results/verbs.md. */
export function verbsPage(results: readonly VerbResult[], { machine, mails, journey }: Facts): string {
  const wrong = results.filter(({ exitCode, verbCase }) => exitCode !== verbCase.exitCode).length;
  return `# Every verb of sdm, on mails

Made by \`pnpm bench verbs\` (${machine}, ${new Date().toISOString().slice(0, 10)}): ${mails} Spam Assassin mails (\`pnpm triage export --mails ${mails}\`), each command in a process of its own, from source. Seconds include starting Node and compiling TypeScript.
${results.length - wrong} of ${results.length} commands ended with the exit code that they should.

## From mails to answers

${table(results.slice(0, journey))}

## Bad input and bad endings

\`bad.jsonl\` has a sixth line that is no JSON, \`twice.jsonl\` a row twice; \`demo\` has other features.

${table(results.slice(journey))}
`;
}

function table(results: readonly VerbResult[]): string {
  const rows = results.map((result) => {
    const { verbCase, exitCode, seconds, said } = result;
    const isRight = exitCode === verbCase.exitCode;
    const code = `${exitCode === -1 ? 'killed' : exitCode}${isRight ? '' : ` (wanted ${verbCase.exitCode})`}`;
    return `| \`sdm ${verbCase.words.join(' ')}\`${endingOf(result)} | ${code} | ${seconds.toFixed(1)} | ${said.replaceAll('|', '\\|')} |`;
  });
  return ['| command | exit code | seconds | what it said last |', '|---|---|---|---|', ...rows].join('\n');
}

function endingOf({ verbCase: { output, signal } }: VerbResult): string {
  if (output === 'closed') return ', whose reader leaves after a line';
  if (output !== undefined) return `, to \`${output}\``;
  return signal ? `, ${signal.name} at its work` : '';
}
