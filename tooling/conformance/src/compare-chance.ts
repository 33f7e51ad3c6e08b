import { createRandom } from '@sdmjs/core';
import type { ChanceVector } from './references.js';
import { type Comparison, createTally } from './tally.js';

/** Raw words, doubles and permutations with doubles in between, from small seeds to 2^64 − 1. */
export function compareChance(vectors: readonly ChanceVector[]): Comparison {
  const tally = createTally('seeded chance: words, doubles, permutations', {
    reference: 'NumPy default_rng',
    tolerance: 0,
  });
  for (const { seed, words, uniform, steps } of vectors) {
    const random = createRandom(BigInt(seed));
    for (const word of words) tally.exact(`seed ${seed}, word`, { got: String(random.nextUint64()), wanted: word });
    const got = uniform.map(() => random.uniform(-0.5, 2.5));
    tally.reals(`seed ${seed}, uniform`, { got, wanted: uniform });
    for (const { permutation, double } of steps) {
      tally.exact(`seed ${seed}, permutation`, {
        got: random.permutation(permutation.length).join(),
        wanted: permutation.join(),
      });
      tally.real(`seed ${seed}, double`, { got: random.nextDouble(), wanted: double });
    }
  }
  return tally.finish();
}
