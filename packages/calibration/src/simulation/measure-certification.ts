import { createRandom, rowOf } from '@sdmjs/core';
import { assignedAlpha } from '../admits.js';
import { type Certification, certifyRungs } from '../certification/certify-rungs.js';
import type { RungCorrection } from '../certification/corrections.js';
import type { HighReliabilityRegion } from '../high-reliability-region.js';
import { findNestedRegions } from '../nested-regions.js';
import { type SimulatedLaw, type SimulatedRows, simulateRows } from './simulated-rows.js';
import { trueAccuracies } from './true-accuracies.js';

export interface CertificationExperiment {
  readonly law: SimulatedLaw;
  readonly calibrationRowCount: number;
  readonly freshRowCount: number;
  readonly drawCount: number;
  readonly seed: number;
  readonly confidence: number;
  /** Simulated signals that the true accuracies are averaged over; 40,000 leave a standard error of about .0006. @default 40000 */
  readonly signalCount?: number;
}

/** What one way to correct over the rungs did; `strictestFirst` is the fixed sequence in the other direction, for comparison. */
export interface CorrectionOutcome {
  readonly name: RungCorrection | 'strictestFirst';
  /** Draws in which some certified rung is wrong: a group of it is under its target in the law. */
  readonly wrongDraws: number;
  /** Draws in which some rung is certified. */
  readonly certifiedDraws: number;
  /** Mean number of certified rungs a draw. */
  readonly certifiedRungs: number;
  /** Mean over draws of the strictest certified target, 0.5 where there is none. */
  readonly strictestTarget: number;
}

export interface CertificationMeasurement {
  readonly corrections: readonly CorrectionOutcome[];
  /** Draws in which some refuted rung is right. */
  readonly wrongRefutationDraws: number;
  readonly refutedDraws: number;
  /** Draws in which the strictest region of the ladder itself is under its target in some group: what the region alone promises. */
  readonly topRungShortDraws: number;
  readonly meanRungCount: number;
}

/** Draws a calibration set, finds its ladder, certifies it on fresh rows and compares with the accuracies that the law gives. */
export function measureCertification(experiment: CertificationExperiment): CertificationMeasurement {
  const { law, drawCount, confidence, signalCount = 40_000 } = experiment;
  const random = createRandom(experiment.seed);
  const signals = simulateRows(law, signalCount, random);
  const draws = Array.from({ length: drawCount }, () => {
    const { regions } = findNestedRegions(simulateRows(law, experiment.calibrationRowCount, random));
    const fresh = simulateRows(law, experiment.freshRowCount, random);
    return certifyDraw(regions, fresh, { law, signals, confidence });
  });
  const mean = (value: (draw: Draw) => number) => draws.reduce((total, draw) => total + value(draw), 0) / drawCount;
  return {
    corrections: (['fixedSequence', 'holm', 'strictestFirst'] as const).map((name) => outcomeOf(name, draws)),
    wrongRefutationDraws: draws.filter(({ isRight, refuted }) => refuted.some((k) => isRight[k])).length,
    refutedDraws: draws.filter(({ refuted }) => refuted.length > 0).length,
    topRungShortDraws: draws.filter(({ isRight }) => isRight[0] === false).length,
    meanRungCount: mean(({ targets }) => targets.length),
  };
}

interface Draw {
  readonly targets: readonly number[];
  /** Whether every group of the rung reaches the target under the law. */
  readonly isRight: readonly boolean[];
  readonly refuted: readonly number[];
  readonly certified: Readonly<Record<CorrectionOutcome['name'], readonly number[]>>;
}

function certifyDraw(
  regions: readonly HighReliabilityRegion[],
  fresh: SimulatedRows,
  { law, signals, confidence }: { law: SimulatedLaw; signals: SimulatedRows; confidence: number },
): Draw {
  const targets = regions.map(({ targetAccuracy }) => targetAccuracy);
  const assignedAlphas = Float64Array.from(fresh.labels, (_, i) =>
    assignedAlpha(regions, {
      probabilities: rowOf(fresh.probabilities, i),
      prediction: fresh.predictions[i]!,
      rescaledSimilarity: fresh.rescaledSimilarities[i]!,
    }),
  );
  const rows = { ...fresh, assignedAlphas, classCount: law.classCount, targetAccuracies: targets };
  const [sequence, holm] = (['fixedSequence', 'holm'] as const).map((correction) =>
    certifyRungs(rows, { confidence, correction }),
  );
  const firstFailure = sequence!.rungs.findIndex(({ pValue }) => pValue > 1 - confidence);
  return {
    targets,
    isRight: trueAccuracies(regions, law, signals).map((groups, k) =>
      groups.every(({ share, accuracy }) => share === 0 || accuracy >= targets[k]!),
    ),
    refuted: rungsWith(sequence!, 'refuted'),
    certified: {
      fixedSequence: rungsWith(sequence!, 'certified'),
      holm: rungsWith(holm!, 'certified'),
      strictestFirst: [...targets.keys()].slice(0, firstFailure < 0 ? targets.length : firstFailure),
    },
  };
}

function rungsWith({ rungs }: Certification, outcome: 'certified' | 'refuted'): number[] {
  return [...rungs.keys()].filter((k) => rungs[k]!.outcome === outcome);
}

function outcomeOf(name: CorrectionOutcome['name'], draws: readonly Draw[]): CorrectionOutcome {
  const sum = (value: (draw: Draw, rungs: readonly number[]) => number) =>
    draws.reduce((total, draw) => total + value(draw, draw.certified[name]), 0);
  return {
    name,
    wrongDraws: sum((draw, rungs) => Number(rungs.some((k) => !draw.isRight[k]))),
    certifiedDraws: sum((_, rungs) => Number(rungs.length > 0)),
    certifiedRungs: sum((_, rungs) => rungs.length) / draws.length,
    strictestTarget: sum((draw, rungs) => draw.targets[rungs[0] ?? -1] ?? 0.5) / draws.length,
  };
}
