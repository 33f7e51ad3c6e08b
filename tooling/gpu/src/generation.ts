import { createRandom } from '@sdmjs/core';
import {
  createDecoder,
  createTokenBatch,
  type Decoder,
  type DecoderConfig,
  type GeneratedTokens,
  generateTokens,
  hiddenFeatures,
  namedWeights,
  trainDecoder,
  verdictFeature,
} from '@sdmjs/language-model';
import { type Bench, largestDifference, type Section, within } from './bench.js';
import type { Check } from './results.js';
import { timed } from './timed.js';

const SIZES = {
  smoke: { width: 32, layerCount: 2, vocabularySize: 64, contextLength: 32, steps: 10, prompts: 4, newTokens: 4 },
  full: {
    width: 128,
    layerCount: 4,
    vocabularySize: 1024,
    contextLength: 128,
    steps: 150,
    prompts: 256,
    newTokens: 64,
  },
};

/** Greedy generation and hidden states of one and the same decoder on the device and on the CPU. */
export const generation: Section = async (bench, report) => {
  const { width, layerCount, vocabularySize, contextLength, steps, prompts: count, newTokens } = SIZES[bench.size];
  const sizes = { width, layerCount, vocabularySize, contextLength };
  const config: DecoderConfig = { ...sizes, headCount: 4, feedForwardSize: 2 * width };
  const { decoder, weights } = await bench.onDevice(() => trainCounting(config, steps));
  const copy = await bench.onWasm(async () => decoderOf(bench, config, weights));
  const prompts = countingSequences(vocabularySize, 8, count);
  const all = (model: Decoder) => generateTokens({ decoder: model, prompts, maxNewTokens: newTokens });
  const one = (model: Decoder) =>
    generateTokens({ decoder: model, prompts: prompts.slice(0, 1), maxNewTokens: newTokens });
  const times = timesOf(bench);
  const [found, wanted] = [await bench.onDevice(() => all(decoder)), await bench.onWasm(() => all(copy))];
  report({ checks: [compareTokens(found, wanted)] });
  for (const [what, run, amount] of [
    [`greedy, ${count} prompts at once, ${newTokens} tokens each`, all, count * newTokens],
    [`greedy, one prompt, ${newTokens} tokens`, one, newTokens],
  ] as const) {
    report({
      timings: [
        {
          what,
          device: await bench.onDevice(() => timed(() => run(decoder), times)),
          others: [
            {
              name: 'WebAssembly',
              spread: await bench.onWasm(() => timed(() => run(copy), { warmUps: 0, repeats: 2 })),
            },
          ],
          work: { amount, unit: 'tokens' },
        },
      ],
    });
  }
  await compareFeatures(bench, report, { decoder, copy, config, count });
  decoder.dispose();
  copy.dispose();
};

async function compareFeatures(
  bench: Bench,
  report: Parameters<Section>[1],
  { decoder, copy, config, count }: { decoder: Decoder; copy: Decoder; config: DecoderConfig; count: number },
): Promise<void> {
  const { vocabularySize, contextLength } = config;
  const sequences = countingSequences(vocabularySize, contextLength, count);
  sequences.forEach((tokens) => tokens.splice(-1, 1, 0));
  const features = (model: Decoder) => hiddenFeatures({ decoder: model, sequences, feature: verdictFeature(0) });
  const times = timesOf(bench);
  const [found, wanted] = [await bench.onDevice(() => features(decoder)), await bench.onWasm(() => features(copy))];
  report({
    // Unit-scale states after four layers of float32.
    checks: [within('hidden features', largestDifference(found.data, wanted.data), 1e-4)],
    timings: [
      {
        what: `hidden features of ${count} sequences of ${contextLength} tokens`,
        device: await bench.onDevice(() => timed(() => features(decoder), times)),
        others: [
          {
            name: 'WebAssembly',
            spread: await bench.onWasm(() => timed(() => features(copy), { warmUps: 0, repeats: 2 })),
          },
        ],
        work: { amount: count * contextLength, unit: 'tokens' },
      },
    ],
  });
}

/** On a software driver a token takes seconds and its time means nothing. */
const timesOf = ({ size }: Bench) => (size === 'full' ? { repeats: 5 } : { warmUps: 0, repeats: 1 });

/** Counts on in steps of 1, 2 or 3: a task that a decoder learns in a hundred steps. */
function countingSequences(vocabularySize: number, length: number, count: number): number[][] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const start = Math.floor(random.uniform(0, vocabularySize));
    const stride = 1 + Math.floor(random.uniform(0, 3));
    return Array.from({ length }, (_, i) => (start + stride * i) % vocabularySize);
  });
}

async function trainCounting(config: DecoderConfig, stepCount: number) {
  const decoder = createDecoder(config, { seed: 2 });
  const sequences = countingSequences(config.vocabularySize, 32, 32 * stepCount);
  const { state } = await trainDecoder({
    decoder,
    batchAt: (step) => createTokenBatch(sequences.slice(32 * step, 32 * step + 32).map((tokens) => ({ tokens }))),
    stepCount,
    learningRate: 3e-3,
    updateOn: 'device',
  });
  return { decoder, weights: state.weights };
}

/** A decoder with these weights on the current device. */
function decoderOf({ tf }: Bench, config: DecoderConfig, weights: ReadonlyMap<string, Float32Array>): Decoder {
  const decoder = createDecoder(config);
  for (const [name, weight] of namedWeights(decoder.weights)) {
    tf.tidy(() => weight.assign(tf.tensor(weights.get(name)!, weight.shape)));
  }
  return decoder;
}

/** Log-probabilities of two devices agree to this; a row may go its own way only where two tokens lie as near. */
const NEAR = 1e-3;

function compareTokens(found: readonly GeneratedTokens[], wanted: readonly GeneratedTokens[]): Check {
  const counts = { equal: 0, tied: 0, wrong: 0 };
  found.forEach(({ tokens, logProbabilities }, row) => {
    const place = tokens.findIndex((token, i) => token !== wanted[row]!.tokens[i]);
    const difference = Math.abs(logProbabilities[place]! - wanted[row]!.logProbabilities[place]!);
    if (place < 0) counts.equal++;
    else if (difference <= NEAR) counts.tied++;
    else counts.wrong++;
  });
  return {
    what: 'greedy tokens, by prompt',
    wanted: 'equal but after a near tie',
    found: `${counts.equal} equal, ${counts.tied} after a near tie, ${counts.wrong} wrong`,
    passed: counts.wrong === 0,
  };
}
