import { createRandom, type Random } from '@sdmjs/core';

/** One of many streams of chance that belong to a seed: the draws of row (or epoch) `index` do not depend on how many others there are. */
export function derivedRandom(seed: number, index: number): Random {
  return createRandom(BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(index)));
}
