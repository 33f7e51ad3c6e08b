import { assignWeights, namedWeights, requireValuesOf, readWeights } from '../decoder-weights.js';
import { type TrainingState, trainSteps } from '../train.js';
import { type BestCheckpoint, createBestCheckpoint, type FineTuneEvaluation } from './best-checkpoint.js';
import { evaluateDocuments } from './evaluate-documents.js';
import { contextOf, type FineTuneOptions, type FineTunePlan, planOf } from './fine-tune-options.js';
import { requireSameRun, settingsOf } from './fine-tune-settings.js';
import type { FineTuneState } from './fine-tune-state.js';
import { restoreAfter, type TuningPlace } from './not-finite.js';
import { planSteps } from './plan-steps.js';
import { rehearseHalves } from './rehearse-halves.js';
import { createTuningSet, type TuningSet } from './tuning-set.js';

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
 * Throws, before the first step, for bad documents and options, `class-missing` for halves that will draw one verdict only and
 * `fingerprint-mismatch` for a state of another run; later `aborted`, and `not-finite` with the place, the best weights being back in the decoder.
 */
export async function fineTuneVerified(options: FineTuneOptions): Promise<FineTuned> {
  const { decoder, calibrationSet, resume } = options;
  const plan = planOf(options);
  const context = contextOf(options);
  rehearseHalves(options, context, plan);
  const settings = await settingsOf(options, context, plan);
  const weights = namedWeights(decoder.weights);
  if (resume) {
    requireSameRun(resume, settings, plan);
    requireValuesOf(weights, resume.bestWeights, 'fineTuneVerified');
  }
  const first = await readWeights(weights);
  const { trainingSet, supportUpdates } = options;
  const training = createTuningSet(context, trainingSet, { earlier: resume?.trainingNegatives, supportUpdates });
  const calibration = createTuningSet(context, calibrationSet, { earlier: resume?.calibrationNegatives });
  const run = { options, plan, settings, training, calibration, checkpoint: createBestCheckpoint(resume) };
  const place: TuningPlace = { step: 0, isEvaluation: false, documents: [] };
  try {
    return await tune(run, place);
  } catch (error) {
    throw restoreAfter(error, { decoder, checkpoint: run.checkpoint, first, place, stepsPerEpoch: plan.stepsPerEpoch });
  } finally {
    training.dispose();
    calibration.dispose();
  }
}

/** A run that has been checked. */
interface Run {
  readonly options: FineTuneOptions;
  readonly plan: FineTunePlan;
  readonly settings: FineTuneState['settings'];
  readonly training: TuningSet;
  readonly calibration: TuningSet;
  readonly checkpoint: BestCheckpoint;
}

/** Steps, evaluations and states, then the best weights; `place` follows what is being done. */
async function tune(run: Run, place: TuningPlace): Promise<FineTuned> {
  const { options, plan, settings, training, calibration, checkpoint } = run;
  const { decoder, trainingSet, adamW, updateOn, logarithm, resume, signal } = options;
  const { stepsPerEpoch, evaluationInterval } = plan;
  const losses = [...(resume?.losses ?? [])];
  await trainSteps({
    ...plan,
    decoder,
    batchAt: planSteps(training, trainingSet, {
      ...plan,
      onDocuments: (step, documents) => Object.assign(place, { step, isEvaluation: false, documents }),
    }),
    checkpointEvery: (step) => step % evaluationInterval === 0 || step % stepsPerEpoch === 0,
    async onCheckpoint(state) {
      const { step } = state.optimizer;
      if (step % evaluationInterval === 0) await evaluate(run, state, place);
      if (step % stepsPerEpoch !== 0) return;
      await options.onCheckpoint?.({
        training: state,
        bestWeights: checkpoint.best()!.weights,
        evaluations: [...checkpoint.evaluations],
        losses: [...losses],
        trainingNegatives: training.hardNegatives(),
        calibrationNegatives: calibration.hardNegatives(),
        settings,
      });
    },
    onProgress(progress) {
      losses.push(progress.loss);
      options.onProgress?.(progress);
    },
    ...(adamW && { adamW }),
    ...(updateOn && { updateOn }),
    ...(logarithm && { logarithm }),
    ...(resume && { resume: resume.training }),
    ...(signal && { signal }),
  });
  const best = checkpoint.best()!;
  assignWeights(namedWeights(decoder.weights), best.weights);
  return { bestStep: best.step, bestLoss: best.loss, evaluations: checkpoint.evaluations, losses };
}

async function evaluate(
  { options, plan, training, calibration, checkpoint }: Run,
  { optimizer: { step }, weights }: TrainingState,
  place: TuningPlace,
): Promise<void> {
  const measured = await evaluateDocuments(calibration, options.calibrationSet, {
    ...options,
    ...plan,
    isOnline: plan.isOnlineAt(step - 1),
    onDocuments: (documents) => Object.assign(place, { step, isEvaluation: true, documents }),
  });
  const epoch = step / plan.stepsPerEpoch;
  const hardNegativeCount = training.hardNegatives().size;
  const evaluation = checkpoint.consider({ ...measured, step, epoch, hardNegativeCount }, weights);
  options.onEvaluation?.(evaluation);
}
