import { cpus } from 'node:os';
import { benchDecoderStep } from './decoder-step.js';
import { benchKernels } from './kernels.js';
import { benchPeers } from './peers/run-peers.js';
import { benchRows } from './rows.js';
import { benchScoring } from './scoring.js';
import { compareKernels } from './threads-and-bounds.js';

// `bench peers` measures the Python SDK beside us, `bench kernels` the ways through the kernels; both write JSON. Without a word everything
// else is timed, in lines.
if (process.argv[2] === 'peers') {
  await benchPeers(process.argv.slice(3)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
} else if (process.argv.includes('kernels')) {
  const comparisons = await compareKernels();
  const machine = { processor: cpus()[0]?.model, threads: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ machine, comparisons }, null, 2)}\n`);
} else if (process.argv.includes('scoring')) {
  await benchScoring(print);
} else {
  await benchKernels(print);
  await benchRows(print);
  await benchScoring(print);
  benchDecoderStep(print);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
