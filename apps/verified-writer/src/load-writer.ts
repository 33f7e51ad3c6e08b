import type { RunFolder } from '@sdmjs-tooling/app-kit';
import type { SdmEstimator } from '@sdmjs/estimator';
import { loadModel } from '@sdmjs/interchange/node';
import {
  createLanguageModel,
  createSdmNetworkModel,
  decodeSafetensors,
  type LanguageModel,
  type VerifiedGeneration,
  wrapLanguageModel,
} from '@sdmjs/language-model';
import { loadLanguageModel } from '@sdmjs/language-model/node';
import { type Matrix, SdmError } from '@sdmjs/core';
import { HEAD_FILE } from './network/run-network.js';
import { featureOfAnswer } from './answer-prompts.js';
import { ESTIMATOR_FOLDER } from './stages/train-estimator.js';
import { LANGUAGE_MODEL_FOLDER } from './stages/train-language-model.js';
import { taskTokens } from './task-tokens.js';

/** How many exemplars every verification shows. */
const SHOWN_EXEMPLARS = 5;

/** A trained language model whose generations carry verdicts. */
export interface Writer {
  readonly verifiedModel: LanguageModel<VerifiedGeneration>;
  readonly estimator: SdmEstimator;
}

/**
 * The models of a finished run. Throws `not-calibrated` when the run has not got so far, `fingerprint-mismatch` when the estimator belongs to
 * another language model, `bad-format` when a model folder is not what it should be.
 */
export async function loadWriter(folder: RunFolder, answerLength: number): Promise<Writer> {
  for (const name of [LANGUAGE_MODEL_FOLDER, ESTIMATOR_FOLDER]) {
    if (!folder.has(name)) {
      throw new SdmError('not-calibrated', `loadWriter: ${folder.path} has no ${name} yet; finish the run first`);
    }
  }
  const parts = await loadLanguageModel(folder.pathOf(LANGUAGE_MODEL_FOLDER));
  const languageModel = folder.has(HEAD_FILE)
    ? await createSdmNetworkModel({ ...parts, head: readHead(folder) })
    : await createLanguageModel(parts);
  const estimator = await loadModel(folder.pathOf(ESTIMATOR_FOLDER));
  return { verifiedModel: await wrapWriter(languageModel, estimator, answerLength), estimator };
}

function readHead(folder: RunFolder): Matrix {
  const head = decodeSafetensors(folder.readBytes(HEAD_FILE)).tensors.get('head');
  if (head?.shape.length !== 2) throw new SdmError('bad-format', `loadWriter: ${folder.pathOf(HEAD_FILE)} has no head`);
  return { data: head.values, rows: head.shape[0]!, columns: head.shape[1]! };
}

/** The language model with verdicts on this app's features. Throws `fingerprint-mismatch`. */
export function wrapWriter(
  languageModel: LanguageModel,
  estimator: SdmEstimator,
  answerLength: number,
): Promise<LanguageModel<VerifiedGeneration>> {
  const tokens = taskTokens(languageModel.tokenizer);
  const feature = featureOfAnswer(tokens, answerLength);
  return wrapLanguageModel({
    languageModel,
    estimator,
    verdictToken: tokens.verified,
    feature,
    nearestCount: SHOWN_EXEMPLARS,
  });
}
