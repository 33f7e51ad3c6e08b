import { SdmError } from '@sdmjs/core';
import {
  type Decoder,
  type FineTuned,
  type FineTuneLoss,
  fineTuneVerified,
  type FineTuneOptions,
  warmUpThenCosine,
} from '@sdmjs/language-model';
import { loadFineTuneState, saveFineTuneState } from '@sdmjs/language-model/node';
import { featureOfAnswer } from '../answer-prompts.js';
import type { Arm } from '../arms.js';
import { constrainToGivenWords } from '../constrain-to-given-words.js';
import { contrastiveDocuments, VERDICT_WEIGHT } from '../fine-tuning-documents.js';
import { type RunContext, timed } from '../run-context.js';
import { taskTokens } from '../task-tokens.js';
import { ADAM_W, WARM_UP_STEPS } from './optimizer.js';

/** What fine-tuning came to, in the folder of the arm. */
export const FINE_TUNING_FILE = 'fine-tuning.json';
/** Everything that it needs to go on after an epoch. */
const CHECKPOINT_FILE = 'fine-tuning.safetensors';

/** Fine-tunes a pretrained decoder in place, by the loss of the arm, going on after the last whole epoch. */
export async function fineTune(
  context: RunContext,
  decoder: Decoder,
  fineTuning: NonNullable<Arm['fineTuning']>,
): Promise<void> {
  const { preset, terminal, folder, signal } = context;
  const loss = fineTuning.loss === 'mean-base' ? { constantBase: meanBase(context) } : fineTuning.loss;
  await timed(context, 'fine-tuning', async () => {
    const documents = documentsOf(context);
    const { epochs, batchSize, learningRate } = preset.fineTuning;
    const stepCount = epochs * Math.ceil(documents.trainingSet.length / batchSize);
    const progress = terminal.startProgress(`Fine-tuning: ${context.arm.title}`, stepCount);
    const checkpoint = folder.pathOf(CHECKPOINT_FILE);
    const resume = folder.has(CHECKPOINT_FILE) ? await loadFineTuneState(checkpoint) : undefined;
    let meanLoss = 0;
    const { bestStep, bestLoss, evaluations } = await fineTuneVerified({
      decoder,
      ...documents,
      ...taskOptions(context),
      loss,
      hardNegatives: fineTuning.hardNegatives,
      learningRate: warmUpThenCosine({ peak: learningRate, warmUpSteps: WARM_UP_STEPS, stepCount }),
      onProgress({ step, loss: current, tokensPerSecond }) {
        meanLoss = meanLoss === 0 ? current : 0.97 * meanLoss + 0.03 * current;
        progress.update(step, `loss ${meanLoss.toFixed(2)}, ${Math.round(tokensPerSecond)} tokens/s`);
      },
      onCheckpoint: (state) => saveFineTuneState(state, checkpoint),
      ...(resume && { resume }),
      signal,
    });
    progress.end();
    folder.writeJson(FINE_TUNING_FILE, { loss, bestStep, bestLoss, evaluations });
  });
}

function documentsOf({ corpus, preset, seed }: RunContext) {
  const shared = { tokenizer: corpus.tokenizer, answerLength: preset.corpus.answerLength, seed };
  return {
    trainingSet: contrastiveDocuments(corpus.fineTuning, { ...shared, name: 'fine-tuning' }),
    calibrationSet: contrastiveDocuments(corpus.selection, { ...shared, name: 'selection' }),
  };
}

/** Everything that the arms of a preset and seed have in common. */
function taskOptions({
  corpus,
  preset,
  seed,
  engine,
  updateOn,
}: RunContext): Omit<FineTuneOptions, 'decoder' | 'trainingSet' | 'calibrationSet'> {
  const tokens = taskTokens(corpus.tokenizer);
  const allowed = constrainToGivenWords(tokens);
  const { epochs, batchSize, layer } = preset.fineTuning;
  return {
    verdict: { opening: tokens.verified, yes: tokens.yes, no: tokens.no },
    verdictWeight: VERDICT_WEIGHT,
    openingWeight: 0,
    allowedTokens: ({ prompt }, generated) => allowed({ index: 0, prompt, generated }),
    feature: featureOfAnswer(tokens, preset.corpus.answerLength),
    epochs,
    batchSize,
    layer: { ...layer, ...(engine && { engine }) },
    adamW: ADAM_W,
    updateOn,
    generationRate: 1,
    replacementRate: 1,
    seed,
  };
}

/** The mean over the evaluations of the arm `sdm-hard` of the same seed. */
function meanBase({ siblingFolder }: RunContext): number {
  const folder = siblingFolder('sdm-hard');
  if (!folder.has(FINE_TUNING_FILE)) {
    throw new SdmError(
      'not-calibrated',
      `fineTune: the mean base is that of the arm sdm-hard; run --arm sdm-hard first`,
    );
  }
  const { evaluations } = folder.readJson(FINE_TUNING_FILE) as FineTuned & { readonly loss: FineTuneLoss };
  return evaluations.reduce((sum, { meanLossBase }) => sum + meanLossBase, 0) / evaluations.length;
}
