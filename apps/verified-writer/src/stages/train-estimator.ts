import { hearTraining } from '@sdmjs-tooling/app-kit';
import { type Example, rowOf } from '@sdmjs/core';
import { calibrate, type SdmEstimator } from '@sdmjs/estimator';
import { loadModel, saveModel } from '@sdmjs/interchange/node';
import { type LanguageModel, representationOf } from '@sdmjs/language-model';
import { trainModel } from '@sdmjs/training';
import { featureOfAnswer } from '../answer-prompts.js';
import type { SetName } from '../corpus/build-corpus.js';
import { type RunContext, timed } from '../run-context.js';
import { taskTokens } from '../task-tokens.js';
import type { AnsweredSet } from './answer-set.js';

/** Where the estimator lies in the run folder. */
export const ESTIMATOR_FOLDER = 'estimator.sdmkitmodel';

/** In the order of `REFUTED` and `VERIFIED`. */
export const CLASS_NAMES = ['refuted', 'verified'] as const;

/** Trains the SDM layer on D_tr, calibrates it on D_ca, saves it; the saved one when it is there. */
export async function trainEstimator(
  context: RunContext,
  languageModel: LanguageModel,
  sets: { readonly support: AnsweredSet; readonly calibration: AnsweredSet },
): Promise<SdmEstimator> {
  const { preset, folder } = context;
  const path = folder.pathOf(ESTIMATOR_FOLDER);
  const feature = featureOfAnswer(taskTokens(languageModel.tokenizer), preset.corpus.answerLength);
  const representation = await representationOf(languageModel, feature);
  if (folder.has(ESTIMATOR_FOLDER)) return loadModel(path, { expectedFingerprint: representation.fingerprint });
  return timed(context, 'SDM layer', async () => {
    const { rounds, epochs } = preset.estimator;
    const progress = context.terminal.startProgress('Training the SDM layer', rounds * epochs);
    const trained = await trainModel({
      ...preset.estimator,
      trainingSet: examplesOf(context, 'support', sets.support),
      calibrationSet: examplesOf(context, 'calibration', sets.calibration),
      classNames: [...CLASS_NAMES],
      engine: context.engine,
      parallelRounds: context.parallelRounds,
      shuffle: false, // D_ca only calibrates
      seed: context.seed,
      representation,
      onProgress: hearTraining(context.terminal, (count) => progress.update(count)),
      signal: context.signal,
    });
    progress.end();
    const estimator = calibrate(trained);
    await saveModel(estimator, path);
    return estimator;
  });
}

function examplesOf({ corpus }: RunContext, name: SetName, { answers, labels, features }: AnsweredSet): Example[] {
  return corpus.sets[name].map((item, i) => ({
    id: item.id,
    label: labels[i]!,
    features: rowOf(features, i).slice(),
    document: `${item.prefix.join(' ')} / ${answers[i]!.join(' ')}`,
  }));
}
