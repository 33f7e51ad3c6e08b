import { type Random, SdmError } from '@sdmjs/core';
import { VERIFIED } from '../contrastive-masking.js';

/**
 * By a fair coin a document, whether it is of the training half of an SDM layer or of its calibration half. Throws `class-missing` where a half has
 * drawn one verdict only: it would have no exemplars, or no distances, of the other.
 */
export function drawHalves(labels: readonly number[], random: Random, what: string): boolean[] {
  const coins = labels.map(() => random.nextDouble() < 0.5);
  for (const [half, isOfHalf] of [
    ['training', true],
    ['calibration', false],
  ] as const) {
    const ofHalf = labels.filter((_, i) => coins[i] === isOfHalf);
    const right = ofHalf.filter((label) => label === VERIFIED).length;
    const wrong = ofHalf.length - right;
    if (right > 0 && wrong > 0) continue;
    throw new SdmError(
      'class-missing',
      `SDM layer of ${what}: its ${half} half drew ${right} right and ${wrong} wrong answers of ${labels.length} documents, and needs some of both; give more documents, bring positiveRate nearer to 0.5 or take another seed`,
    );
  }
  return coins;
}
