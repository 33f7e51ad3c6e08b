import { benchDecoderStep } from './decoder-step.js';
import { benchKernels } from './kernels.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

await benchKernels(print);
benchDecoderStep(print);
