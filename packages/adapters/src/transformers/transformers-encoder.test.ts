import { SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { testEncoder } from '../testing/index.js';
import { countLetters } from '../testing/letter-encoder.js';
import { createTransformersEncoder, type ExtractFeatures, type Pipeline } from './index.js';

/** Stands in for transformers.js: the same calls, letters for features. */
const standIn =
  (asked: unknown[] = [], dims?: number[]): Pipeline =>
  async (...request) => {
    asked.push(request);
    const extract: ExtractFeatures = async (texts, options) => {
      asked.push([texts, options]);
      return { data: texts.flatMap(countLetters), dims: dims ?? [texts.length, 27] };
    };
    return extract;
  };

testEncoder('transformers.js (stand-in)', () => createTransformersEncoder({ pipeline: standIn(), model: 'letters' }));

it('asks for the model, the revision, the weights and the pooling that its fingerprint names', async () => {
  const asked: unknown[] = [];
  const choice = { model: 'folder/model', revision: 'v1', dtype: 'q8', pooling: 'cls', normalize: false } as const;
  const encoder = await createTransformersEncoder({ ...choice, pipeline: standIn(asked), template: 'query: {text}' });
  await encoder.encode(['a']);
  expect(asked).toEqual([
    ['feature-extraction', 'folder/model', { revision: 'v1', dtype: 'q8' }],
    [['query: a'], { pooling: 'cls', normalize: false }],
  ]);
  expect(encoder.representation).toMatchObject({
    model: 'folder/model',
    revision: 'v1',
    inputTemplate: 'query: {text}',
  });
  const fingerprints = await Promise.all(
    [{}, { dtype: 'fp16' }, { pooling: 'mean' as const }, { normalize: true }].map(async (other) => {
      const { representation } = await createTransformersEncoder({ ...choice, ...other, pipeline: standIn() });
      return representation.fingerprint;
    }),
  );
  expect(new Set(fingerprints).size).toBe(4);
});

it('says when the model does not load or does not pool', async () => {
  const absent: Pipeline = () => Promise.reject(new Error('no such file'));
  const codeOf = (error: unknown) => (SdmError.is(error) ? error.code : error);
  expect(await createTransformersEncoder({ pipeline: absent, model: 'x' }).catch(codeOf)).toBe('request-failed');
  const unpooled = await createTransformersEncoder({ pipeline: standIn([], [1, 9, 3]), model: 'x' });
  expect(await unpooled.encode(['a']).catch(codeOf)).toBe('shape-mismatch');
});
