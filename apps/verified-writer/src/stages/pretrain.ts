import { createDecoder, type Decoder, planBatches, trainDecoder, warmUpThenConstant } from '@sdmjs/language-model';
import { loadTrainingState, saveTrainingState } from '@sdmjs/language-model/node';
import { contextLengthOf } from '../presets.js';
import { pretrainingSequences } from '../pretraining-sequences.js';
import { type RunContext, timed } from '../run-context.js';
import { ADAM_W, WARM_UP_STEPS } from './optimizer.js';

const FILE = 'pretraining.safetensors';
/** Steps between checkpoints, at most. */
const CHECKPOINT_STEPS = 50;

/** The pretrained decoder, which the arms of a seed share; training goes on from its last checkpoint. The caller disposes it. */
export async function pretrainedDecoder(context: RunContext): Promise<Decoder> {
  const { preset, seed, corpus } = context;
  const decoder = createDecoder(
    {
      ...preset.model,
      vocabularySize: corpus.tokenizer.vocabularySize,
      contextLength: contextLengthOf(preset),
      embeddingScale: 4,
      logitScale: 4 / Math.sqrt(preset.model.width),
    },
    { seed, embeddingDeviation: 0.08 },
  );
  try {
    await pretrain(context, decoder);
    return decoder;
  } catch (error) {
    decoder.dispose();
    throw error;
  }
}

async function pretrain(context: RunContext, decoder: Decoder): Promise<void> {
  const { preset, seed, shared, corpus, signal } = context;
  const { tokenCount, tokensPerStep, learningRate } = preset.pretraining;
  const stepCount = Math.ceil(tokenCount / tokensPerStep);
  const path = shared.pathOf(FILE);
  const resume = shared.has(FILE) ? await loadTrainingState(path) : undefined;
  const train = async () => {
    const plan = planBatches({
      sequences: pretrainingSequences(corpus.pretraining, corpus.tokenizer, decoder.config.contextLength),
      tokensPerBatch: tokensPerStep,
      seed,
    });
    const progress = context.terminal.startProgress('Pretraining', stepCount);
    let meanLoss = 0;
    const { state } = await trainDecoder({
      decoder,
      batchAt: plan.batchAt,
      stepCount,
      learningRate: warmUpThenConstant({ peak: learningRate, warmUpSteps: WARM_UP_STEPS }),
      adamW: ADAM_W,
      updateOn: context.updateOn,
      checkpointEvery: Math.min(CHECKPOINT_STEPS, Math.ceil(stepCount / 10)),
      onCheckpoint: (checkpoint) => saveTrainingState(checkpoint, path),
      onProgress({ step, loss, tokensPerSecond }) {
        meanLoss = meanLoss === 0 ? loss : 0.97 * meanLoss + 0.03 * loss;
        progress.update(step, `loss ${meanLoss.toFixed(2)}, ${Math.round(tokensPerSecond)} tokens/s`);
      },
      signal,
      ...(resume ? { resume } : {}),
    });
    if (state.optimizer.step !== resume?.optimizer.step) await saveTrainingState(state, path);
    progress.end();
  };
  const isDone = resume?.optimizer.step === stepCount;
  await (isDone ? train() : timed({ ...context, folder: shared }, 'pretraining', train));
}
