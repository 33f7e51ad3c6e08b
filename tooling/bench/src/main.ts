import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeFolders } from '@sdmjs/interchange/node';
import { takeLock } from '@sdmjs-tooling/app-kit';
import { benchDecoderStep } from './decoder-step.js';
import { benchGrowth } from './growth/growth.js';
import { benchKernels } from './kernels.js';
import { studyKills } from './kills.js';
import { machineNow } from './machine-now.js';
import { benchPeers } from './peers/run-peers.js';
import { compareRelaxed } from './relaxed.js';
import { benchRounds } from './rounds.js';
import { benchRows } from './rows.js';
import { benchScoring } from './scoring.js';
import { compareKernels } from './threads-and-bounds.js';
import { compareTurned } from './turned.js';
import { studyVerbs } from './verbs/study-verbs.js';

/** What `bench <word>` does. Without a word everything of a few minutes is timed, in lines, and then the SDK beside us, as a table and as JSON. */
const BENCHES: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  /** How time and memory grow with the sizes; takes up where it was left. */
  growth: async (words) => {
    const options = {
      only: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
    } as const;
    await benchGrowth(parseArgs({ args: [...words], options }).values, { print, tell });
  },
  /** The ways through the kernels, as JSON. */
  kernels: async () => {
    const comparisons = [...(await compareKernels()), ...(await compareTurned())];
    const relaxed = await compareRelaxed();
    if (relaxed) comparisons.push(...relaxed);
    else tell('This engine has no relaxed SIMD: the plain and the relaxed build are not compared.');
    print(JSON.stringify({ machine: machineNow(), comparisons }, null, 2));
  },
  /** Trainings that are killed at any moment and gone on with. */
  kills: () => studyKills(print),
  /** The Python SDK beside us. */
  peers: (words) => benchPeers(words),
  rounds: () => benchRounds(print),
  scoring: () => benchScoring(print),
  /** Every verb of the command on real mails. */
  verbs: () => studyVerbs(print),
  all: async (words) => {
    await benchKernels(print);
    await benchRows(print);
    await benchScoring(print);
    await benchRounds(print);
    benchDecoderStep(print);
    await benchPeers(words);
  },
};

const [first = 'all', ...rest] = process.argv.slice(2);
// `bench --ours` is everything with that option.
const [word, words] = first.startsWith('-') ? ['all', [first, ...rest]] : [first, rest];
try {
  const bench = BENCHES[word];
  if (!bench) throw new Error(`bench: wanted ${Object.keys(BENCHES).join(', ')} or nothing, got ${word}`);
  requireAlone();
  await bench(words);
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Two benches at a time would measure each other. */
function requireAlone(): void {
  const cache = fileURLToPath(new URL('../.cache', import.meta.url));
  makeFolders(cache);
  takeLock(join(cache, 'running.lock'), 'this machine for a bench');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
