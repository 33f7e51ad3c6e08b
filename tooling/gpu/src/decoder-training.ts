import { createRandom } from '@sdmjs/core';
import type { DecoderConfig, UpdatePlace } from '@sdmjs/language-model';
import { timeDecoderSteps } from '@sdmjs/language-model/testing';
import { type Bench, largestDifference, type Section, within } from './bench.js';
import { type Spread, spreadOf } from './timed.js';

interface Case {
  readonly name: string;
  readonly config: DecoderConfig;
  readonly rows: number;
  readonly columns: number;
  readonly steps: number;
  /** Steps on the CPU beside it; 0 where they take minutes each or more than the 4 GB of the WebAssembly heap. */
  readonly wasmSteps: number;
}

const sizes = (width: number, layerCount: number, vocabularySize: number, contextLength: number): DecoderConfig => ({
  vocabularySize,
  contextLength,
  width,
  layerCount,
  headCount: Math.max(4, width / 64),
  feedForwardSize: Math.round((width * 8) / 3 / 8) * 8,
});

const CASES: Record<Bench['size'], readonly Case[]> = {
  smoke: [{ name: 'tiny', config: sizes(32, 2, 64, 16), rows: 4, columns: 16, steps: 4, wasmSteps: 4 }],
  full: [
    { name: 'small', config: sizes(128, 4, 1024, 128), rows: 8, columns: 128, steps: 32, wasmSteps: 12 },
    { name: 'medium', config: sizes(384, 6, 4096, 256), rows: 16, columns: 256, steps: 16, wasmSteps: 0 },
    { name: 'large', config: sizes(768, 12, 16_384, 512), rows: 16, columns: 512, steps: 8, wasmSteps: 0 },
  ],
};

/** AdamW steps of a decoder: losses against the CPU, tokens a second, with the update on the device and on the CPU. */
export const decoderTraining: Section = async (bench, report) => {
  for (const given of CASES[bench.size]) {
    const { name, config, rows, columns, steps, wasmSteps } = given;
    const onDevice = await bench.onDevice(() => train(given, steps, 'device'));
    const onCpu = await bench.onDevice(() => train(given, Math.ceil(steps / 2), 'cpu'));
    const wasm = wasmSteps > 0 ? await bench.onWasm(() => train(given, wasmSteps, 'cpu')) : undefined;
    const parameters = `${(onDevice.parameters / 1e6).toFixed(1)} million weights`;
    const what = `${name}: width ${config.width}, ${config.layerCount} layers, vocabulary ${config.vocabularySize}, ${rows} × ${columns} tokens, ${parameters}`;
    const work = { amount: rows * columns, unit: 'tokens' };
    const others = wasm ? [{ name: 'WebAssembly', spread: wasm.spread }] : [];
    report({
      checks: [
        compare(`losses, AdamW on the device against on the CPU, ${name}`, onDevice.losses, onCpu.losses),
        ...(wasm ? [compare(`losses against WebAssembly, ${name}`, onCpu.losses, wasm.losses)] : []),
      ],
      timings: [
        { what: `step, AdamW on the device, ${what}`, device: onDevice.spread, others, work },
        { what: `step, AdamW on the CPU, ${name}`, device: onCpu.spread, others, work },
      ],
    });
    if (bench.isWebGpu && name === 'small') await compareSettings(bench, report, given);
  }
};

/** The small step once more with settings of TensorFlow.js's WebGPU backend that bear on many small operations. */
async function compareSettings(bench: Bench, report: Parameters<Section>[1], given: Case): Promise<void> {
  const environment = bench.tf.env();
  for (const [flag, values] of [
    ['WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', [64, 256]],
    ['WEBGPU_CPU_FORWARD', [false]],
  ] as const) {
    const usual = environment.get(flag) as number | boolean;
    for (const value of values) {
      environment.set(flag, value);
      const { spread } = await bench.onDevice(() => train(given, given.steps, 'device'));
      report({
        timings: [{ what: `step, AdamW on the device, ${given.name}, ${flag} ${value}`, device: spread, others: [] }],
      });
    }
    environment.set(flag, usual);
  }
}

/** Losses near ln of the vocabulary, float32 sums in another order, a few steps at 1e-3. */
function compare(what: string, a: readonly number[], b: readonly number[]) {
  const steps = Math.min(a.length, b.length);
  return within(`${steps} ${what}`, largestDifference(a.slice(0, steps), b.slice(0, steps)), 1e-4);
}

/** One sequence a batch, so that the CPU keeps up: what the larger sizes compute is right. The large one with four layers. */
const CHECKED: Record<Bench['size'], readonly Case[]> = {
  smoke: [],
  full: [
    { name: 'medium', config: sizes(384, 6, 4096, 256), rows: 1, columns: 256, steps: 3, wasmSteps: 3 },
    { name: 'large, 4 layers', config: sizes(768, 4, 16_384, 512), rows: 1, columns: 512, steps: 2, wasmSteps: 2 },
  ],
};

/** Losses of the larger decoders against the CPU. */
export const decoderChecks: Section = async (bench, report) => {
  for (const given of CHECKED[bench.size]) {
    const device = await bench.onDevice(() => train(given, given.steps, 'device'));
    const wasm = await bench.onWasm(() => train(given, given.wasmSteps, 'cpu'));
    const name = `losses against WebAssembly, ${given.name}, 1 × ${given.columns} tokens`;
    report({
      checks: [compare(name, device.losses, wasm.losses)],
      notes: [`${given.name}: losses ${device.losses.map((loss) => loss.toFixed(5)).join(', ')}.`],
    });
  }
};

interface Run {
  readonly losses: readonly number[];
  readonly spread: Spread;
  readonly parameters: number;
}

async function train({ config, rows, columns }: Case, stepCount: number, updateOn: UpdatePlace): Promise<Run> {
  const { milliseconds, losses, weightCount } = await timeDecoderSteps({
    config,
    random: createRandom(1),
    rows,
    columns,
    stepCount,
    updateOn,
  });
  return { losses, parameters: weightCount, spread: spreadOf(milliseconds) };
}
