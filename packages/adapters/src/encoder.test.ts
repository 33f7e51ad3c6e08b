import { createMatrix, createRandom, SdmError } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { trainModel } from '@sdmjs/training';
import { expect, it } from 'vitest';
import { encodeExamples } from './encode-examples.js';
import { encodeInBatches } from './encode-in-batches.js';
import { fillTemplate, representationOf } from './representation.js';
import { testEncoder } from './testing/index.js';
import { createLetterEncoder } from './testing/letter-encoder.js';

testEncoder('letters', () => createLetterEncoder(), { tolerance: 0 });

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'no error',
    (error: unknown) => (SdmError.is(error) ? error.code : error),
  );

it('has another fingerprint for another model, revision, dtype, pooling, template or provider', async () => {
  const identity = { provider: 'p', model: 'm', revision: 'r', dtype: 'd', pooling: 'o', template: 't' };
  const others = Object.keys(identity).flatMap((key) => [
    { ...identity, [key]: 'x' },
    { ...identity, [key]: '' },
    { ...identity, [key]: null },
  ]);
  const all = await Promise.all([identity, ...others].map((one) => representationOf(one)));
  expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(all.length);
});

it('fills templates literally and refuses one without a place', () => {
  expect(fillTemplate('query: {text}!')("$& $1 '")).toBe("query: $& $1 '!");
  expect(fillTemplate(null)('{text}')).toBe('{text}');
  for (const wrong of ['', 'query:', '{text} {text}']) expect(() => fillTemplate(wrong)).toThrow(/once/);
});

it('refuses rows that are missing, of two widths or not finite', async () => {
  const encode = (...widths: number[]) => {
    const left = [...widths];
    const encodeBatch = async () => createMatrix(1, left.shift()!);
    return encodeInBatches({ where: 'test', batchSize: 1, encodeBatch }, widths.map(String));
  };
  expect((await encode(3, 3)).columns).toBe(3);
  expect(await codeOf(encode(3, 4))).toBe('shape-mismatch');
  const fixed = (data: Float32Array, rows: number) =>
    encodeInBatches({ where: 'test', batchSize: 2, encodeBatch: async () => createMatrix(rows, 1, data) }, ['a', 'b']);
  expect(await codeOf(fixed(Float32Array.of(1), 1))).toBe('shape-mismatch');
  expect(await codeOf(fixed(Float32Array.of(1, Number.NaN), 2))).toBe('not-finite');
});

it('makes examples whose estimator refuses the features of another encoder', async () => {
  const encoder = await createLetterEncoder();
  const random = createRandom(3);
  const sets = await Promise.all(
    ['train', 'calibration'].map((set) =>
      encodeExamples(
        encoder,
        Array.from({ length: 60 }, (_, i) => ({
          id: `${set}-${i}`,
          label: i % 2,
          text: (i % 2 === 0 ? 'abc' : 'xyz').repeat(1 + Math.floor(random.uniform(0, 4))),
        })),
      ),
    ),
  );
  expect(sets[0]![1]).toMatchObject({ id: 'train-1', label: 1, document: expect.stringMatching(/^(xyz)+$/) });
  const trained = await trainModel({
    trainingSet: sets[0]!,
    calibrationSet: sets[1]!,
    representation: encoder.representation,
    representationSize: 4,
    epochs: 2,
  });
  const estimator = calibrate(trained);
  const features = await encoder.encode(['abcabc']);
  const { fingerprint } = encoder.representation;
  expect(await estimator.estimateAll(features, { fingerprint })).toHaveLength(1);
  const other = (await createLetterEncoder('2')).representation.fingerprint;
  expect(await codeOf(estimator.estimateAll(features, { fingerprint: other }))).toBe('fingerprint-mismatch');
  estimator.dispose();
});
