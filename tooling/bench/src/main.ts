import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchDecoderStep } from './decoder-step.js';
import { benchGrowth } from './growth/growth.js';
import { benchKernels } from './kernels.js';
import { studyKills } from './kills.js';
import { benchRounds } from './rounds.js';
import { benchRows } from './rows.js';
import { benchScoring } from './scoring.js';
import { compareKernels } from './threads-and-bounds.js';

// `bench growth` measures how time and memory grow with the sizes and takes up where it was left: --only <begin of a key>, --fresh, --short.
// `bench kernels` compares the ways through the kernels and writes JSON; `bench kills` kills trainings and takes minutes; without a word
// everything else is timed, in lines.
if (process.argv.includes('growth')) {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
    },
  });
  await benchGrowth(values, { print, tell: (line) => process.stderr.write(`${line}\n`) });
} else if (process.argv.includes('kernels')) {
  const comparisons = await compareKernels();
  const machine = { processor: cpus()[0]?.model, threads: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ machine, comparisons }, null, 2)}\n`);
} else if (process.argv.includes('kills')) {
  await studyKills(print);
} else if (process.argv.includes('scoring')) {
  await benchScoring(print);
} else if (process.argv.includes('rounds')) {
  await benchRounds(print);
} else {
  await benchKernels(print);
  await benchRows(print);
  await benchScoring(print);
  await benchRounds(print);
  benchDecoderStep(print);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
