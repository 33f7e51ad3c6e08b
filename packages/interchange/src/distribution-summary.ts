import { SdmError } from '@sdmjs/core';
import type { Estimate } from '@sdmjs/estimator';

/** The spread of one signal; nulls and empties without rows. */
export interface SignalSummary {
  readonly count: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  /** By level, "0.0" … "1.0". */
  readonly quantiles: Readonly<Record<string, number>>;
  /** Equal widths from minimum to maximum; half-open but for the last. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
}

const LEVELS: readonly (readonly [name: string, level: number])[] = [
  ['0.0', 0],
  ['0.05', 0.05],
  ['0.25', 0.25],
  ['0.5', 0.5],
  ['0.75', 0.75],
  ['0.95', 0.95],
  ['1.0', 1],
];

/** How the signals of scored rows are spread and how often each class is predicted, as reexpress-sdm 0.4.8 reports it. Throws `out-of-range`. */
export function distributionSummary(
  estimates: readonly Estimate[],
  { classCount, histogramBins = 10 }: { readonly classCount: number; readonly histogramBins?: number | undefined },
) {
  if (!Number.isSafeInteger(histogramBins) || histogramBins < 1) {
    throw new SdmError(
      'out-of-range',
      `distributionSummary: wanted an integer histogramBins >= 1, got ${histogramBins}`,
    );
  }
  const signal = (of: (estimate: Estimate) => number) => summarize(estimates.map(of), histogramBins);
  const counts = new Array<number>(classCount).fill(0);
  for (const { prediction } of estimates) counts[prediction]!++;
  return {
    count: estimates.length,
    signals: {
      q: signal(({ similarity }) => similarity),
      qPrime: signal(({ rescaledSimilarity }) => rescaledSimilarity),
      d: signal(({ distanceQuantile }) => distanceQuantile),
      d0: signal(({ nearestDistance }) => nearestDistance),
      predictedLogit: signal(({ magnitude }) => magnitude),
      logitMargin: signal(({ logits }) => marginOf(logits)),
      predictedSDM: signal(({ probability }) => probability),
      centroidAssignedAlpha: signal(({ regionAlpha }) => regionAlpha),
      lowerAssignedAlpha: signal(({ lower }) => lower.regionAlpha),
    },
    predictionFrequencies: counts.map((count, index) => ({
      class: index,
      count,
      proportion: estimates.length === 0 ? null : count / estimates.length,
    })),
  };
}

function summarize(values: readonly number[], bins: number): SignalSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const [minimum, maximum] = [sorted[0], sorted.at(-1)];
  if (minimum === undefined || maximum === undefined) {
    return { count: 0, minimum: null, maximum: null, mean: null, quantiles: {}, histogram: { edges: [], counts: [] } };
  }
  return {
    count: values.length,
    minimum,
    maximum,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    quantiles: Object.fromEntries(LEVELS.map(([name, level]) => [name, quantileAt(sorted, level)])),
    histogram: histogramOf(sorted, bins),
  };
}

/** Linear interpolation, from the nearer end, so that equal neighbours give their own value. */
function quantileAt(sorted: readonly number[], level: number): number {
  const place = (sorted.length - 1) * level;
  const index = Math.floor(place);
  const share = place - index;
  const low = sorted[index]!;
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

function histogramOf(sorted: readonly number[], bins: number): SignalSummary['histogram'] {
  const minimum = sorted[0]!;
  const maximum = sorted.at(-1)!;
  if (minimum === maximum) return { edges: [minimum - 0.5, minimum + 0.5], counts: [sorted.length] };
  const width = (maximum - minimum) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? maximum : minimum + i * width));
  const counts = new Array<number>(bins).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges, counts };
}

/** The largest logit less the next one. */
function marginOf(logits: readonly number[]): number {
  const [first = 0, second = 0] = logits.toSorted((a, b) => b - a);
  return first - second;
}
