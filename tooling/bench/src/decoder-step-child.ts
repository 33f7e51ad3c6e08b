// One side of the decoder benchmark, in a process of its own: prints the median milliseconds of a training step.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createRandom } from '@sdmjs/core';
import { registerGatherGradient, registerWasmKernels } from '@sdmjs/kernels/tensor';
import { DECODER_SIZES, timeDecoderSteps } from '@sdmjs/language-model/testing';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { medianOf } from './spread.js';

const [side, size] = process.argv.slice(2);
const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
setWasmPaths(`${wasmFolder}/dist/`);
await tf.setBackend('wasm');
if (side === 'ours') await registerWasmKernels(tf);
else registerGatherGradient(tf);

const config = size === 'large' ? DECODER_SIZES.large : DECODER_SIZES.small;
const { milliseconds, losses } = await timeDecoderSteps({ config, random: createRandom(1), stepCount: 8 });
process.stdout.write(`${JSON.stringify({ milliseconds: medianOf(milliseconds), loss: losses.at(-1) })}\n`);
