import {
  createDecoder,
  type Decoder,
  generateTokens,
  type LearningRateSchedule,
  planBatches,
  type TokenBatch,
  type Tokenizer,
  trainDecoder,
  warmUpThenConstant,
  warmUpThenCosine,
} from '@sdmjs/language-model';
import { loadTrainingState, saveLanguageModel, saveTrainingState } from '@sdmjs/language-model/node';
import { answerRequest } from '../answer-prompts.js';
import { contextLengthOf, type TrainingSizes } from '../presets.js';
import { type RunContext, timed } from '../run-context.js';
import { taskTokens } from '../task-tokens.js';
import { type AnswerPrompts, planFineTuning, pretrainingSequences } from '../training-batches.js';

/** Where the trained language model lies in the run folder. */
export const LANGUAGE_MODEL_FOLDER = 'language-model';

const ADAM_W = { beta1: 0.9, beta2: 0.98, weightDecay: 0.01, maxGradientNorm: 1 };
/** Steps between checkpoints, at most. */
const CHECKPOINT_STEPS = 50;
const WARM_UP_STEPS = 40;
/** From this share of fine-tuning on, wrong answers are the model's own. */
const OWN_ANSWERS_AFTER = 0.3;

/** Pretrains and fine-tunes the decoder, going on from the last checkpoints, and saves the model; nothing to do when it is saved. */
export async function trainLanguageModel(context: RunContext): Promise<void> {
  const { preset, seed, folder, corpus } = context;
  if (folder.has(LANGUAGE_MODEL_FOLDER)) return;
  const { width } = preset.model;
  const decoder = createDecoder(
    {
      ...preset.model,
      vocabularySize: corpus.tokenizer.vocabularySize,
      contextLength: contextLengthOf(preset),
      embeddingScale: 4,
      logitScale: 4 / Math.sqrt(width),
    },
    { seed, embeddingDeviation: 0.08 },
  );
  try {
    await timed(context, 'pretraining', () => pretrain(context, decoder));
    await timed(context, 'fine-tuning', () => fineTune(context, decoder));
    const path = folder.pathOf(LANGUAGE_MODEL_FOLDER);
    await saveLanguageModel({ decoder, tokenizer: corpus.tokenizer }, path, { overwrite: true });
  } finally {
    decoder.dispose();
  }
}

async function pretrain(context: RunContext, decoder: Decoder): Promise<void> {
  const { preset, seed, corpus } = context;
  const sizes = preset.pretraining;
  const plan = planBatches({
    sequences: pretrainingSequences(corpus.pretraining, corpus.tokenizer, decoder.config.contextLength),
    tokensPerBatch: sizes.tokensPerStep,
    seed,
  });
  await train(context, {
    decoder,
    name: 'pretraining',
    title: 'Pretraining',
    sizes,
    schedule: warmUpThenConstant({ peak: sizes.learningRate, warmUpSteps: WARM_UP_STEPS }),
    batchAt: plan.batchAt,
  });
}

async function fineTune(context: RunContext, decoder: Decoder): Promise<void> {
  const { preset, seed, corpus } = context;
  const sizes = preset.fineTuning;
  const stepCount = stepCountOf(sizes);
  const { answerLength } = preset.corpus;
  await train(context, {
    decoder,
    name: 'fine-tuning',
    title: 'Fine-tuning on word order',
    sizes,
    schedule: warmUpThenCosine({ peak: sizes.learningRate, warmUpSteps: WARM_UP_STEPS, stepCount }),
    batchAt: planFineTuning({
      sites: corpus.fineTuning,
      tokenizer: corpus.tokenizer,
      answerLength,
      tokensPerBatch: sizes.tokensPerStep,
      seed,
      ownAnswersFrom: Math.floor(OWN_ANSWERS_AFTER * stepCount),
      answerPrompts: greedyAnswers(decoder, corpus.tokenizer, answerLength),
    }),
  });
}

interface Training {
  readonly decoder: Decoder;
  /** Of the checkpoint file. */
  readonly name: string;
  readonly title: string;
  readonly sizes: TrainingSizes;
  readonly schedule: LearningRateSchedule;
  readonly batchAt: (step: number) => TokenBatch | Promise<TokenBatch>;
}

async function train({ folder, terminal, signal, updateOn }: RunContext, training: Training): Promise<void> {
  const { decoder, name, title, sizes, schedule, batchAt } = training;
  const stepCount = stepCountOf(sizes);
  const fileName = `${name}.safetensors`;
  const path = folder.pathOf(fileName);
  const resume = folder.has(fileName) ? await loadTrainingState(path) : undefined;
  const progress = terminal.startProgress(title, stepCount);
  let meanLoss = 0;
  const { state } = await trainDecoder({
    decoder,
    batchAt,
    stepCount,
    learningRate: schedule,
    adamW: ADAM_W,
    updateOn,
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
}

function stepCountOf({ tokenCount, tokensPerStep }: TrainingSizes): number {
  return Math.ceil(tokenCount / tokensPerStep);
}

/** What the decoder answers at its present weights. */
function greedyAnswers(decoder: Decoder, tokenizer: Tokenizer, answerLength: number): AnswerPrompts {
  const request = { ...answerRequest(taskTokens(tokenizer), answerLength), maxNewTokens: answerLength };
  return async (prompts) => {
    const answers = await generateTokens({ ...request, decoder, prompts });
    return answers.map((answer) => answer.tokens);
  };
}
