import { createMatrix, createRandom } from '@sdmjs/core';
import { createAdaptor } from '@sdmjs/estimator';
import { createPlainKernels } from '@sdmjs/kernels';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RoundInputs } from './engine.js';
import { plainRows } from './feature-rows.js';
import { kernelEngine } from './kernel-engine.js';
import { stepByDefinition } from './testing/step-by-definition.js';

const sizes = fc.record({
  featureCount: fc.integer({ min: 1, max: 6 }),
  representationSize: fc.integer({ min: 1, max: 5 }),
  classCount: fc.integer({ min: 2, max: 4 }),
});

it('takes the steps of the definition for adaptors of any size', async () => {
  const property = fc.asyncProperty(sizes, fc.nat(), async (shape, seed) => {
    const random = createRandom(seed);
    const count = 6;
    const uniform = (length: number, low: number) => Float32Array.from({ length }, () => random.uniform(low, 1));
    const features = createMatrix(count, shape.featureCount, uniform(count * shape.featureCount, -1));
    const inputs: RoundInputs = {
      adaptor: createAdaptor({ ...shape, random }),
      features: { training: plainRows(features), calibration: plainRows(features) },
      labels: Int32Array.from({ length: count }, (_, i) => i % shape.classCount),
      learningRate: 0.01,
      similarityOffset: 2,
    };
    const signals = {
      similarities: uniform(count, 0).map((x) => Math.floor(x * 20)),
      distanceQuantiles: uniform(count, 0),
    };
    const rows = Int32Array.of(0, 2, 3, 5);
    const round = await kernelEngine({ kernels: createPlainKernels() }).start(inputs);
    const expected = stepByDefinition(inputs, [rows], signals);
    // Losses near 1, one float32 logit each.
    expect(Math.abs((await round.trainBatch(rows, signals)) - expected.losses[0]!)).toBeLessThan(2e-6);
    const { data } = (await round.weights()).projectionWeight;
    // The first Adam step is the sign of the gradient times the rate, to within the float32 rounding of weights near 1.
    const worst = Math.max(...data.map((weight, i) => Math.abs(weight - expected.adaptor.projectionWeight.data[i]!)));
    expect(worst).toBeLessThan(1e-6);
  });
  await fc.assert(property, { numRuns: 50, seed: 1 });
});
