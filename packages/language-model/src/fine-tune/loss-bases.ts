import { type Random, SdmError } from '@sdmjs/core';

/**
 * Which base β the next-token loss of a document has. `sdm`: 2 + SDM of its true verdict (arXiv 2510.26183 Eq. 1). `cross-entropy`: e.
 * `verdict-token`: e but for the Yes or No token, which has the SDM loss of its document's q and d (an option of the reference code). The others
 * are controls that tell what the verdict is worth: one base for all, which only changes the temperature, or the bases of `sdm` permuted among
 * the documents of a batch.
 */
export type FineTuneLoss = 'cross-entropy' | 'sdm' | 'verdict-token' | 'permuted' | { readonly constantBase: number };

/** β = 2 + SDM at the true verdict, in [2, 3]. One row of probabilities a document. */
export function verdictLossBases(probabilities: readonly ArrayLike<number>[], labels: ArrayLike<number>): Float32Array {
  return Float32Array.from(probabilities, (row, i) => 2 + row[labels[i]!]!);
}

/** Whether the loss needs an SDM layer. */
export function needsVerdictLayer(loss: FineTuneLoss): boolean {
  return typeof loss === 'string' && loss !== 'cross-entropy';
}

/** The bases of a batch of `count` documents, or undefined where they are all e. */
export async function lossBasesFor(
  loss: FineTuneLoss,
  batch: { readonly count: number; readonly random: Random; readonly verdictBases: () => Promise<Float32Array> },
): Promise<Float32Array | undefined> {
  if (loss === 'cross-entropy' || loss === 'verdict-token') return undefined;
  if (typeof loss === 'object') return new Float32Array(batch.count).fill(loss.constantBase);
  const bases = await batch.verdictBases();
  if (loss === 'sdm') return bases;
  const order = batch.random.permutation(batch.count);
  return bases.map((_, i) => bases[order[i]!]!);
}

/** Throws `out-of-range` for a constant base that is no base, and for a layer that would see one verdict only. */
export function requireLoss(loss: FineTuneLoss, positiveRate = 0.5): void {
  if (typeof loss === 'object' && !(loss.constantBase > 1 && Number.isFinite(loss.constantBase))) {
    throw new SdmError('out-of-range', `fineTuneVerified: wanted a constantBase above 1, got ${loss.constantBase}`);
  }
  if (needsVerdictLayer(loss) && (positiveRate === 0 || positiveRate === 1)) {
    throw new SdmError(
      'out-of-range',
      `fineTuneVerified: a positiveRate of ${positiveRate} leaves the SDM layer of loss "${loss}" without one verdict; take 'cross-entropy'`,
    );
  }
}
