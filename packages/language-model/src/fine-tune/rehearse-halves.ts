import type { Random } from '@sdmjs/core';
import { REFUTED, VERIFIED } from '../contrastive-masking.js';
import { drawCoins } from './draw-completions.js';
import { drawHalves } from './draw-halves.js';
import { chanceOfEvaluation } from './evaluate-documents.js';
import type { FineTuneOptions, FineTunePlan } from './fine-tune-options.js';
import { needsVerdictLayer } from './loss-bases.js';
import { chanceOfEpoch } from './plan-steps.js';
import type { TuningContext } from './tuning-set.js';

/**
 * Draws verdicts and halves of every SDM layer of a run from the chance that they will have, so that one that would see one verdict only is found
 * before the first step. Throws `class-missing`.
 */
export function rehearseHalves(
  { trainingSet, calibrationSet }: FineTuneOptions,
  { loss, rates }: TuningContext,
  { seed, stepCount, stepsPerEpoch }: FineTunePlan,
): void {
  if (!needsVerdictLayer(loss)) return;
  const rehearse = (count: number, random: Random, what: string) => {
    const labels = drawCoins(count, rates, random).map(({ isPositive }) => (isPositive ? VERIFIED : REFUTED));
    drawHalves(labels, random, what);
  };
  rehearse(calibrationSet.length, chanceOfEvaluation(seed).layer, 'the calibration set');
  for (let epoch = 0; epoch < stepCount / stepsPerEpoch; epoch++) {
    rehearse(trainingSet.length, chanceOfEpoch(seed, epoch).layer, `the training set in epoch ${epoch + 1}`);
  }
}
