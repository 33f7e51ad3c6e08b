import { createLanguageModel, VERIFIED } from '@sdmjs/language-model';
import { loadLanguageModel } from '@sdmjs/language-model/node';
import { wrapWriter } from './load-writer.js';
import type { VerifiedSets } from './report/measure-rules.js';
import { type RunResults, writeReport } from './report/write-report.js';
import type { RunContext } from './run-context.js';
import { fitLogisticRegression } from './scores/logistic-regression.js';
import { answerSet } from './stages/answer-set.js';
import { scoreCalibration } from './stages/score-calibration.js';
import { trainEstimator } from './stages/train-estimator.js';
import { LANGUAGE_MODEL_FOLDER, trainLanguageModel } from './stages/train-language-model.js';
import { verifySet } from './stages/verify-set.js';

/** All stages of a run, each from the run folder when it is there; prints and saves the results. */
export async function run(context: RunContext, options: { readonly targetAccuracy: number }): Promise<RunResults> {
  await trainLanguageModel(context);
  const path = context.folder.pathOf(LANGUAGE_MODEL_FOLDER);
  const languageModel = await createLanguageModel(await loadLanguageModel(path));
  const support = await answerSet(context, languageModel, 'support');
  const calibration = await answerSet(context, languageModel, 'calibration');
  const estimator = await trainEstimator(context, languageModel, { support, calibration });
  const verifiedModel = await wrapWriter(languageModel, estimator, context.preset.corpus.answerLength);
  const isRight = Array.from(support.labels, (label) => label === VERIFIED);
  const regression = fitLogisticRegression(support.features, isRight);
  const models = { languageModel, verifiedModel, regression };
  const calibrationScores = await scoreCalibration(context, models, calibration);
  const sets: VerifiedSets = {
    test: await verifySet(context, models, 'test'),
    mobyDick: await verifySet(context, models, 'mobyDick'),
    brown: await verifySet(context, models, 'brown'),
    long: await verifySet(context, models, 'long'),
  };
  const findings = { estimator, calibration, calibrationScores, sets };
  const results = writeReport(context, findings, options.targetAccuracy);
  languageModel.dispose();
  estimator.dispose();
  return results;
}
