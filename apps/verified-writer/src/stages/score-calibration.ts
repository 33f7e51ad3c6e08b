import type { LanguageModel } from '@sdmjs/language-model';
import { type RunContext, timed } from '../run-context.js';
import { type LogisticRegression, logisticProbabilities } from '../scores/logistic-regression.js';
import { scoreAnswers } from '../scores/score-answers.js';
import type { AnsweredSet } from './answer-set.js';
import type { BaselineScores } from './verify-set.js';

const FILE = 'scores-calibration.json';

/** The simple scores of the answers to D_ca, on which their thresholds are tuned. */
export async function scoreCalibration(
  context: RunContext,
  models: { readonly languageModel: LanguageModel; readonly regression: LogisticRegression },
  calibration: AnsweredSet,
): Promise<readonly BaselineScores[]> {
  const { folder, terminal, corpus, signal } = context;
  if (!folder.has(FILE)) {
    await timed(context, 'simple scores of D_ca', async () => {
      const items = corpus.sets.calibration;
      const progress = terminal.startProgress('Scoring D_ca for the thresholds', items.length);
      const scores = await scoreAnswers(models.languageModel, items, {
        answers: calibration.answers,
        onProgress: (completed) => progress.update(completed),
        signal,
      });
      const logistic = logisticProbabilities(models.regression, calibration.features);
      progress.end();
      folder.writeJson(
        FILE,
        scores.map((score, i) => ({ ...score, logisticProbability: logistic[i]! })),
      );
    });
  }
  return folder.readJson(FILE) as BaselineScores[];
}
