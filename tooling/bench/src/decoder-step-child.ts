// One side of the decoder benchmark, in a process of its own: prints the median milliseconds of a training step.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createRandom } from '@sdmjs/core';
import { registerGatherGradient, registerWasmKernels } from '@sdmjs/kernels/tensor';
import { createDecoder, createTokenBatch, trainDecoder } from '@sdmjs/language-model';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const [side, size] = process.argv.slice(2);
const configurations = {
  small: { vocabularySize: 600, contextLength: 128, width: 48, layerCount: 2, headCount: 4, feedForwardSize: 128 },
  large: { vocabularySize: 1024, contextLength: 128, width: 128, layerCount: 4, headCount: 4, feedForwardSize: 344 },
};
const config = size === 'large' ? configurations.large : configurations.small;

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}/dist/`);
await tf.setBackend('wasm');
if (side === 'ours') await registerWasmKernels(tf);
else registerGatherGradient(tf);

const random = createRandom(1);
const sequence = () => ({
  tokens: Int32Array.from({ length: 128 }, () => Math.floor(random.uniform(0, config.vocabularySize))),
});
const batch = createTokenBatch(Array.from({ length: 8 }, sequence));
const durations: number[] = [];
let last = performance.now();
const { losses } = await trainDecoder({
  decoder: createDecoder(config, { seed: 1 }),
  batchAt: () => batch,
  stepCount: 8,
  learningRate: 1e-3,
  onProgress: () => {
    durations.push(performance.now() - last);
    last = performance.now();
  },
});
// The first steps compile and fill caches.
const steady = durations.slice(2).sort((a, b) => a - b);
process.stdout.write(`${JSON.stringify({ milliseconds: steady[steady.length >> 1], loss: losses.at(-1) })}\n`);
