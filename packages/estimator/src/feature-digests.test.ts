import { matrixFromRows } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { featureDigests } from './feature-digests.js';

it('hashes float32 bytes with -0 as 0, as reexpress-sdm 0.4.8 does', async () => {
  expect(await featureDigests(matrixFromRows([[1, -0, -2.5]]))).toEqual([
    '865df0fca3c0d4db824a59a9e3b6b6cd7fd45e9b968dfc71f480574991c95063',
  ]);
});
