import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineLine } from '../machine-now.js';
import { JOURNEY, TROUBLE, type VerbCase } from './cases.js';
import { runVerb, type VerbResult } from './run-verb.js';
import { verbsPage } from './verbs-page.js';

const TRIAGE = fileURLToPath(new URL('../../../../apps/email-triage/src/main.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../../docs/results/verbs.md', import.meta.url));
const MAILS = 900;

/** Tries every verb of `sdm` on real mails, then with bad input and bad endings; writes docs/results/verbs.md. Throws where an exit code is another than it should be. */
export async function studyVerbs(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sdmjs-verbs-'));
  try {
    const words = [
      '--import',
      import.meta.resolve('tsx'),
      '--conditions=source',
      TRIAGE,
      'export',
      '--mails',
      String(MAILS),
    ];
    await writeFile(join(folder, 'mails.jsonl'), execFileSync(process.execPath, words, { maxBuffer: 2 ** 28 }));
    const results: VerbResult[] = [];
    const testLines = async () => (await readFile(join(folder, 'test.jsonl'), 'utf8')).trimEnd().split('\n');
    const tryAll = async (cases: readonly VerbCase[]) => {
      for (const verbCase of cases) {
        const id = verbCase.words.includes('FIRST') ? idOf((await testLines())[0]!) : '';
        const words = verbCase.words.map((word) => (word === 'FIRST' ? id : word));
        const result = await runVerb({ ...verbCase, words }, folder);
        results.push(result);
        print(`${result.exitCode} (${verbCase.exitCode}) ${result.seconds.toFixed(1)} s  sdm ${words.join(' ')}`);
        print(`    ${result.said}`);
      }
    };
    await tryAll(JOURNEY);
    const lines = await testLines();
    await writeFile(join(folder, 'bad.jsonl'), `${lines.slice(0, 5).join('\n')}\n{"id": nonsense\n`);
    await writeFile(join(folder, 'twice.jsonl'), `${[...lines, lines[0]].join('\n')}\n`);
    await tryAll(TROUBLE);
    await writeFile(PAGE, verbsPage(results, { machine: machineLine(), mails: MAILS, journey: JOURNEY.length }));
    const wrong = results.filter(({ exitCode, verbCase }) => exitCode !== verbCase.exitCode);
    if (wrong.length > 0)
      throw new Error(`${wrong.length} of ${results.length} commands ended with another exit code than they should`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function idOf(line: string): string {
  return (JSON.parse(line) as { id: string }).id;
}
