import { benchDecoderStep } from './decoder-step.js';
import { benchKernels } from './kernels.js';
import { benchRows } from './rows.js';
import { benchScoring } from './scoring.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

await benchKernels(print);
await benchRows(print);
await benchScoring(print);
benchDecoderStep(print);
