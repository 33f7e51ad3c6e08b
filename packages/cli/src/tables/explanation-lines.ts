import type {
  AdmissionCondition,
  BreakReason,
  Explanation,
  RegionComparison,
  RejectionReason,
  RunEnd,
} from '@sdmjs/estimator';
import { alphaText, share } from './table.js';

/** What is said of a row but for its exemplars, a line each. */
export function explanationLines(explanation: Explanation): string[] {
  const { estimate, classNames, targetAccuracy } = explanation;
  const verdict = estimate.admitted
    ? `admitted: ${classNames[estimate.decision]}`
    : `rejected (${REASONS[estimate.reason]}); unchecked prediction ${classNames[estimate.prediction]}`;
  const { distanceBand: band } = estimate;
  return [
    `decision   ${verdict}, at target accuracy ${alphaText(targetAccuracy)}`,
    `similarity q = ${estimate.similarity}, rescaled q' = ${share(estimate.rescaledSimilarity, 2)}`,
    `distance   d = ${share(estimate.distanceQuantile)} (1 is near), squared ${estimate.nearestDistance.toPrecision(4)}; band [${share(band.lower)}, ${share(band.upper)}]`,
    `magnitude  ${share(estimate.magnitude)}; SDM ${classNames.map((name, c) => `${name} ${share(estimate.probabilities[c])}`).join(', ')}`,
    ...regionLines(explanation),
  ];
}

const REASONS: Readonly<Record<RejectionReason, string>> = {
  'no-region': 'in no region',
  'below-target': 'below the target',
  'out-of-distribution': 'out of distribution',
};

function regionLines({ estimate, deciding, missing, classNames }: Explanation): string[] {
  const below = `at the lower end of the band ${alphaOrNone(estimate.lower.regionAlpha)}`;
  if (deciding?.admits) return [`region     ${boundsOf(deciding, classNames)}; ${below}`];
  const strictest = `laxer      ${estimate.regionAlpha === 0 ? 'none admits the row' : `α ${alphaText(estimate.regionAlpha)} admits the row`}; ${below}`;
  if (deciding === null) return ['region     the model has none at the target, so it admits nothing', strictest];
  return [
    `region     closest is ${boundsOf(deciding, classNames)}`,
    `missing    ${missing.map((condition) => missingText(condition, classNames)).join('; ')}`,
    strictest,
  ];
}

function boundsOf(region: RegionComparison, classNames: readonly string[]): string {
  const thresholds = classNames.map((name, c) => `${name} >= ${share(region.classThresholds[c])}`).join(', ');
  return `α ${alphaText(region.targetAccuracy)}: q' >= ${share(region.minRescaledSimilarity, 2)} and ${thresholds}`;
}

function alphaOrNone(alpha: number): string {
  return alpha === 0 ? 'none' : `α ${alphaText(alpha)}`;
}

function missingText(condition: AdmissionCondition, classNames: readonly string[]): string {
  const { kind, comparison, limitedBy, label } = condition;
  const [got, wanted] = toldApart(condition, label === undefined ? 2 : 3);
  const relation = comparison === 'below' ? 'is not below' : 'is below';
  if (label !== undefined) return `${classNames[label]} ${got} ${relation} ${wanted}`;
  const limit = limitedBy === 'similarity' ? 'limited by q' : 'limited by the output';
  return `q' ${got} ${relation} ${wanted} (${kind === 'in-distribution' ? 'out of distribution' : limit})`;
}

/** Both numbers with as many decimals as it takes to see that they differ. */
function toldApart({ got, wanted }: Pick<AdmissionCondition, 'got' | 'wanted'>, decimals: number): [string, string] {
  const texts: [got: string, wanted: string] = [share(got, decimals), share(wanted, decimals)];
  return texts[0] !== texts[1] || decimals >= 10 ? texts : toldApart({ got, wanted }, decimals + 1);
}

const BREAKS: Readonly<Record<BreakReason, string>> = {
  'out-of-distribution-label': 'it is of no class',
  'wrongly-predicted': 'the model is wrong about it',
  'other-class': 'it is of another class',
};

/** What ended the run that q counts. */
export function runText(run: RunEnd, similarity: number): string {
  if (run.kind === 'exemplar') {
    const agreeing =
      similarity === 0
        ? 'the nearest one already disagrees'
        : `${similarity} agree, then rank ${similarity + 1} does not`;
    return `${agreeing}: ${BREAKS[run.reason]}`;
  }
  if (run.kind === 'support-exhausted') return `all ${run.supportCount} support rows agree`;
  return `${similarity} agree; q counts no further`;
}
