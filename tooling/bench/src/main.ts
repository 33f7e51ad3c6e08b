import { benchDecoderStep } from './decoder-step.js';
import { benchKernels } from './kernels.js';
import { benchScoring } from './scoring.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

await benchKernels(print);
await benchScoring(print);
benchDecoderStep(print);
