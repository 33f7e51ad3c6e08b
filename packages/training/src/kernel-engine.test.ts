import { createPlainKernels } from '@sdmjs/kernels';
import { kernelEngine } from './kernel-engine.js';
import { testTrainingEngine } from './testing/index.js';

testTrainingEngine('kernel', () => kernelEngine());
testTrainingEngine('kernel, plain', () => kernelEngine({ kernels: createPlainKernels() }));
