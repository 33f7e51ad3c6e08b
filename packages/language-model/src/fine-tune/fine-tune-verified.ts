import type { Decoder } from '../decoder.js';
import { assignWeight, namedWeights, requireValuesOf } from '../decoder-weights.js';
import { trainDecoder, type TrainingState } from '../train.js';
import { type BestCheckpoint, createBestCheckpoint, type FineTuneEvaluation } from './best-checkpoint.js';
import { evaluateDocuments } from './evaluate-documents.js';
import { contextOf, type FineTuneOptions, planOf } from './fine-tune-options.js';
import { requireSameRun, settingsOf } from './fine-tune-settings.js';
import { planSteps } from './plan-steps.js';
import { createTuningSet } from './tuning-set.js';

export interface FineTuned {
  readonly bestStep: number;
  readonly bestLoss: number;
  readonly evaluations: readonly FineTuneEvaluation[];
  /** Training loss of each step. */
  readonly losses: readonly number[];
}

/**
 * Fine-tunes a decoder, in place, to answer and to say whether the answer is right (arXiv 2510.26183 §3): contrastive masking, a new SDM layer each epoch
 * whose verdicts set the base of the loss, online hard negatives, and the weights of the lowest calibration loss at the end. With one seed all
 * kinds of loss see the same documents in the same order; a run that is resumed gives what an uninterrupted one does, bit for bit on one backend.
 * Throws `not-finite` with the step, `class-missing` when a half of the documents drew one verdict only, `fingerprint-mismatch` for a state of
 * another run, `aborted`.
 */
export async function fineTuneVerified(options: FineTuneOptions): Promise<FineTuned> {
  const { decoder, trainingSet, calibrationSet, logarithm, supportUpdates, resume, signal } = options;
  const plan = planOf(options);
  const { batchSize, seed, stepsPerEpoch, stepCount, evaluationInterval, learningRate, isOnlineAt } = plan;
  const context = contextOf(options);
  const settings = await settingsOf(options, context, plan);
  if (resume) {
    requireSameRun(resume, settings, plan);
    requireValuesOf(namedWeights(decoder.weights), resume.bestWeights, 'fineTuneVerified');
  }
  const training = createTuningSet(context, trainingSet, { earlier: resume?.trainingNegatives, supportUpdates });
  const calibration = createTuningSet(context, calibrationSet, { earlier: resume?.calibrationNegatives });
  const checkpoint = createBestCheckpoint(resume);
  const losses = [...(resume?.losses ?? [])];

  const evaluate = async ({ optimizer: { step }, weights }: TrainingState) => {
    const rules = { decoder, seed, isOnline: isOnlineAt(step - 1), batchSize, logarithm, signal };
    const measured = await evaluateDocuments(calibration, calibrationSet, rules);
    const hardNegativeCount = training.hardNegatives().size;
    const place = { step, epoch: step / stepsPerEpoch, hardNegativeCount };
    const evaluation = checkpoint.consider({ ...measured, ...place }, weights);
    options.onEvaluation?.(evaluation);
  };
  const stateAt = (state: TrainingState) => ({
    training: state,
    bestWeights: checkpoint.best()!.weights,
    evaluations: [...checkpoint.evaluations],
    losses: [...losses],
    trainingNegatives: training.hardNegatives(),
    calibrationNegatives: calibration.hardNegatives(),
    settings,
  });

  try {
    await trainDecoder({
      decoder,
      batchAt: planSteps(training, trainingSet, plan),
      stepCount,
      learningRate,
      checkpointEvery: (step) => step % evaluationInterval === 0 || step % stepsPerEpoch === 0,
      async onCheckpoint(state) {
        const { step } = state.optimizer;
        if (step % evaluationInterval === 0) await evaluate(state);
        if (step % stepsPerEpoch === 0) await options.onCheckpoint?.(stateAt(state));
      },
      onProgress(progress) {
        losses.push(progress.loss);
        options.onProgress?.(progress);
      },
      ...(logarithm && { logarithm }),
      ...(resume && { resume: resume.training }),
      ...(options.adamW && { adamW: options.adamW }),
      ...(signal && { signal }),
    });
    return { ...restoreBest(decoder, checkpoint), evaluations: checkpoint.evaluations, losses };
  } finally {
    training.dispose();
    calibration.dispose();
  }
}

function restoreBest(decoder: Decoder, checkpoint: BestCheckpoint) {
  const { step, loss, weights } = checkpoint.best()!;
  for (const [name, weight] of namedWeights(decoder.weights)) assignWeight(weight, weights.get(name)!);
  return { bestStep: step, bestLoss: loss };
}
