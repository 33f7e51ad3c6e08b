import { createLanguageModel, VERIFIED } from '@sdmjs/language-model';
import { loadLanguageModel } from '@sdmjs/language-model/node';
import { SET_NAMES, type SetName } from './corpus/build-corpus.js';
import { type ArmEvidence, EVIDENCE_FILE, fineTuningOf } from './evidence/arm-evidence.js';
import { fitLayers } from './evidence/fit-layers.js';
import { bySetInTurn } from './report/measure-rules.js';
import { type RunResults, writeReport } from './report/write-report.js';
import { type RunContext, readTimings } from './run-context.js';
import { fitLogisticRegression } from './scores/logistic-regression.js';
import { type AnsweredSet, answerSet } from './stages/answer-set.js';
import { scoreCalibration } from './stages/score-calibration.js';
import { trainEstimator } from './stages/train-estimator.js';
import { LANGUAGE_MODEL_FOLDER, trainLanguageModel } from './stages/train-language-model.js';
import { verifySet } from './stages/verify-set.js';

/** How an arm is reported. */
export interface ReportOptions {
  readonly targetAccuracy: number;
  /** SDM layers to fit and measure on each kind of features. */
  readonly fitCount: number;
}

/** All stages of an arm, each from its folder when it is there; prints and saves the results. */
export async function runArm(context: RunContext, options: ReportOptions): Promise<RunResults> {
  await trainLanguageModel(context);
  const path = context.folder.pathOf(LANGUAGE_MODEL_FOLDER);
  const languageModel = await createLanguageModel(await loadLanguageModel(path));
  const answered = {} as Record<SetName, AnsweredSet>;
  for (const name of SET_NAMES) answered[name] = await answerSet(context, languageModel, name);
  const { support, calibration } = answered;
  const estimator = await trainEstimator(context, languageModel, { support, calibration });
  const isRight = Array.from(support.labels, (label) => label === VERIFIED);
  const models = { languageModel, estimator, regression: fitLogisticRegression(support.features, isRight) };
  const calibrationScores = await scoreCalibration(context, models, calibration);
  const sets = await bySetInTurn((name) => verifySet(context, models, { name, answered: answered[name] }));
  const { fitCount, targetAccuracy } = options;
  const fits = await fitLayers(context, answered, { estimator, count: fitCount, targetAccuracy });
  const { preset, seed, arm, folder } = context;
  const evidence: ArmEvidence = {
    preset: preset.name,
    seed,
    arm: arm.name,
    ...readTimings(folder),
    fineTuning: fineTuningOf(folder),
    fits,
  };
  folder.writeJson(EVIDENCE_FILE, evidence);
  const results = writeReport(context, { estimator, calibration, calibrationScores, sets, fits }, targetAccuracy);
  languageModel.dispose();
  estimator.dispose();
  return results;
}
