import { recalibrate, type SdmEstimator } from '@sdmjs/estimator';
import { VERIFIED } from '@sdmjs/language-model';
import { type RunContext, readTimings, type Timings } from '../run-context.js';
import type { AnsweredSet } from '../stages/answer-set.js';
import type { BaselineScores } from '../stages/verify-set.js';
import { chooseExamples } from './choose-examples.js';
import { explainRung, largestServed } from './explain-regions.js';
import type { LayerFit } from '../evidence/fit-layers.js';
import { fitsTable } from './fits-table.js';
import { measureRules, type RuleReport, type VerifiedSets } from './measure-rules.js';
import { resultsTable } from './results-table.js';
import { formatAlpha, selectionRules } from './selection-rules.js';
import { showAnswer } from './show-answer.js';

export interface Findings {
  readonly estimator: SdmEstimator;
  readonly calibration: AnsweredSet;
  readonly calibrationScores: readonly BaselineScores[];
  readonly sets: VerifiedSets;
  readonly fits: readonly LayerFit[];
}

/** The results of a run, as they are saved. */
export interface RunResults extends Timings {
  readonly preset: string;
  readonly seed: number;
  readonly arm: string;
  /** What was asked for. */
  readonly targetAccuracy: number;
  /** What the tables are for: what was asked for, and where that has no region the largest below that has one. */
  readonly tables: readonly { readonly targetAccuracy: number; readonly rules: readonly RuleReport[] }[];
  /** Every rung of the ladder in words. */
  readonly ladder: readonly string[];
  /** Share of exact matches on D_ca. */
  readonly calibrationAccuracy: number;
}

export const RESULTS_FILE = 'results.json';

/** Prints the tables and six generations, and saves the results as JSON in the run folder. */
export function writeReport(context: RunContext, findings: Findings, targetAccuracy: number): RunResults {
  const { terminal, folder, preset, seed, arm } = context;
  const { estimator, calibration, calibrationScores, sets, fits } = findings;
  const isCorrect = Array.from(calibration.labels, (label) => label === VERIFIED);
  const rungs = recalibrate(estimator, { targetAccuracy }).nestedRegions.rungs ?? [];
  const served = largestServed(estimator.nestedRegions.regions, targetAccuracy);
  const isServed = served !== undefined && Math.abs(served - targetAccuracy) < 1e-9;
  const shown = isServed || served === undefined ? [targetAccuracy] : [targetAccuracy, served];
  const tables = shown.map((alpha) => ({
    targetAccuracy: alpha,
    rules: measureRules(selectionRules({ scores: calibrationScores, isCorrect }, alpha), sets),
  }));
  const results: RunResults = {
    preset: preset.name,
    seed,
    arm: arm.name,
    ...readTimings(folder),
    targetAccuracy,
    tables,
    ladder: rungs.map(explainRung),
    calibrationAccuracy: isCorrect.filter(Boolean).length / isCorrect.length,
  };
  folder.writeJson(RESULTS_FILE, results);
  for (const line of results.ladder) terminal.say(line);
  if (served === undefined) terminal.say('No target accuracy of the ladder has a region: everything is rejected.');
  for (const table of tables) {
    terminal.say(
      `\nTarget accuracy α = ${formatAlpha(table.targetAccuracy)}; thresholds tuned on D_ca; 95 % intervals`,
    );
    terminal.say(resultsTable(table.rules));
  }
  terminal.say(`\nSDM layers on the SOTU test answers, region at α = ${formatAlpha(targetAccuracy)}`);
  terminal.say(fitsTable(fits));
  const alpha = shown.at(-1)!;
  terminal.say(`\nSix generations, verdicts at α = ${formatAlpha(alpha)}`);
  for (const { caption, answer } of chooseExamples(sets, alpha)) {
    terminal.say(`\n— ${caption}\n${showAnswer(answer, estimator.model.support, alpha)}`);
  }
  return results;
}
