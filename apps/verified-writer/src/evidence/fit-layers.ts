import { hearTraining } from '@sdmjs-tooling/app-kit';
import { type Example, type Matrix, rowOf } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import { trainModel } from '@sdmjs/training';
import { bySetInTurn } from '../report/measure-rules.js';
import { type RunContext, timed } from '../run-context.js';
import type { AnsweredSet } from '../stages/answer-set.js';
import type { ReportedSet } from '../stages/verify-set.js';
import { measureVerdicts, type VerdictMeasures } from './measure-verdicts.js';

/** Which hidden states a layer sees: those of the answer, as the estimator of this app, or of prompt and answer, as in arXiv 2510.26183. */
export const FEATURE_RULES = ['answer', 'sequence'] as const;
export type FeatureRule = (typeof FEATURE_RULES)[number];

/** One SDM layer on the answers of an arm. */
export interface LayerFit {
  readonly features: FeatureRule;
  /** 0 for the seed of the run. */
  readonly fit: number;
  readonly targetAccuracy: number;
  /** Of the region at the target accuracy; null where there is none. */
  readonly region: { readonly minRescaledSimilarity: number; readonly classThresholds: readonly number[] } | null;
  /** Target accuracies of the ladder that have a region. */
  readonly served: readonly number[];
  readonly sets: Readonly<Record<ReportedSet, VerdictMeasures>>;
}

export type AnsweredSets = Readonly<Record<'support' | 'calibration' | ReportedSet, AnsweredSet>>;

/**
 * Fits layers that differ in chance and in features on the same answers and measures each; the first is the run's own `estimator`. What was
 * measured is kept in the run folder.
 */
export async function fitLayers(
  context: RunContext,
  answered: AnsweredSets,
  options: { readonly estimator: SdmEstimator; readonly count: number; readonly targetAccuracy: number },
): Promise<readonly LayerFit[]> {
  const { folder, preset, terminal } = context;
  const { estimator, count, targetAccuracy } = options;
  const wanted = Array.from({ length: count }, (_, fit) => FEATURE_RULES.map((features) => ({ features, fit }))).flat();
  const epochs = preset.estimator.rounds * preset.estimator.epochs;
  const progress = terminal.startProgress('Fitting layers to measure', wanted.length * epochs);
  const fits: LayerFit[] = [];
  for (const [place, { features, fit }] of wanted.entries()) {
    const fileName = `layer-${features}-${fit}-${targetAccuracy}.json`;
    if (!folder.has(fileName)) {
      const onEpoch = (done: number) => progress.update(place * epochs + done);
      await timed(context, 'layer fits', async () => {
        const isOwn = features === 'answer' && fit === 0;
        const layer = isOwn ? estimator : await fitLayer(context, answered, { features, fit, onEpoch });
        const measured = await measureLayer(layer, answered, { features, targetAccuracy });
        if (!isOwn) layer.dispose();
        folder.writeJson(fileName, { ...measured, fit });
      });
    }
    fits.push(folder.readJson(fileName) as LayerFit);
  }
  progress.end();
  return fits;
}

async function fitLayer(
  context: RunContext,
  answered: AnsweredSets,
  options: Pick<LayerFit, 'features' | 'fit'> & { readonly onEpoch: (done: number) => void },
): Promise<SdmEstimator> {
  const { features, fit, onEpoch } = options;
  const { estimator: sizes } = context.preset;
  const trained = await trainModel({
    ...sizes,
    trainingSet: examplesOf('support', answered.support, features),
    calibrationSet: examplesOf('calibration', answered.calibration, features),
    classCount: 2,
    engine: context.engine,
    parallelRounds: context.parallelRounds,
    shuffle: false, // D_ca only calibrates
    seed: context.seed + FIT_SEED_STRIDE * fit,
    onProgress: hearTraining(context.terminal, onEpoch),
    signal: context.signal,
  });
  return calibrate(trained);
}

/** Between the seeds of the fits of a run, so that no two runs share one. */
const FIT_SEED_STRIDE = 10_007;

async function measureLayer(
  estimator: SdmEstimator,
  answered: AnsweredSets,
  { features, targetAccuracy }: Pick<LayerFit, 'features' | 'targetAccuracy'>,
): Promise<Omit<LayerFit, 'fit'>> {
  const sets = await bySetInTurn(async (name) => {
    const estimates = await estimator.estimateAll(matrixOf(answered[name], features));
    return measureVerdicts(estimates, answered[name].labels, targetAccuracy);
  });
  return {
    features,
    targetAccuracy,
    ...regionOf(estimator, targetAccuracy),
    sets,
  };
}

/** The region at a target accuracy, and the target accuracies that have one. */
export function regionOf(
  { nestedRegions: { regions } }: Pick<SdmEstimator, 'nestedRegions'>,
  targetAccuracy: number,
): Pick<LayerFit, 'region' | 'served'> {
  const found = regions.find((one) => Math.abs(one.targetAccuracy - targetAccuracy) < 1e-9);
  const region = found && {
    minRescaledSimilarity: found.minRescaledSimilarity,
    classThresholds: [...found.classThresholds],
  };
  return { region: region ?? null, served: regions.map((one) => one.targetAccuracy) };
}

function matrixOf({ features, sequenceFeatures }: AnsweredSet, rule: FeatureRule): Matrix {
  return rule === 'answer' ? features : sequenceFeatures;
}

function examplesOf(name: string, set: AnsweredSet, rule: FeatureRule): Example[] {
  const features = matrixOf(set, rule);
  return Array.from(set.labels, (label, i) => ({ id: `${name}-${i}`, label, features: rowOf(features, i).slice() }));
}
