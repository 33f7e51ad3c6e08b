import { hearTraining, type RunFolder, type Terminal } from '@sdmjs-tooling/app-kit';
import { type Encoder, encodeExamples } from '@sdmjs/adapters';
import { type Example, featureMatrix, UNLABELED } from '@sdmjs/core';
import { calibrate, recalibrate, type SdmEstimator } from '@sdmjs/estimator';
import { loadModel, saveModel } from '@sdmjs/interchange/node';
import { trainModel } from '@sdmjs/training';
import { REPORTED_SETS, type ReportedSet, SET_TITLES, type Sets } from './mails/deal-sets.js';
import { CLASS_NAMES, type Item } from './mails/read-mails.js';
import { type Judged, measureRules } from './measure.js';
import { RESULTS_FILE, type RunResults } from './report/results.js';
import { LAYER, type RunSettings } from './settings.js';

/** What the stages of a run work with. */
export interface RunContext {
  readonly settings: RunSettings;
  readonly targetAccuracy: number;
  readonly sets: Sets;
  readonly encoder: Encoder;
  readonly folder: RunFolder;
  readonly terminal: Terminal;
  readonly device: string;
  /** Of the SDM layer, at a time. */
  readonly parallelRounds: number;
  readonly signal: AbortSignal;
}

/** A text of a reported set with what the estimator says about it. */
export interface JudgedItem extends Judged {
  readonly item: Item;
  readonly features: Float32Array;
}

export interface FinishedRun {
  readonly results: RunResults;
  readonly estimator: SdmEstimator;
  readonly judged: Readonly<Record<ReportedSet, readonly JudgedItem[]>>;
}

export const MODEL_FOLDER = 'triage.sdmkitmodel';
/** Of a text, kept in the model to be shown as evidence. */
const SHOWN_LENGTH = 300;

/** Encodes, trains, calibrates, evaluates; what an earlier run of the same settings finished is taken from its folder and the cache. */
export async function runTriage(context: RunContext): Promise<FinishedRun> {
  const { settings, targetAccuracy, sets, folder, device } = context;
  const seconds: Record<string, number> = {};
  const timed = async <Value>(stage: string, run: () => Promise<Value>): Promise<Value> => {
    const start = performance.now();
    const value = await run();
    seconds[stage] = Math.round((performance.now() - start) / 100) / 10;
    return value;
  };
  const examples = await timed('encoding', () => encodeSets(context));
  const estimator = await timed('SDM layer', () => trainEstimator(context, examples));
  const judged = await timed('estimates', () => judgeSets(context, estimator, examples));
  const region = estimator.nestedRegions.regions.find((one) => Math.abs(one.targetAccuracy - targetAccuracy) < 1e-9);
  const results: RunResults = {
    ...settings,
    targetAccuracy,
    device,
    counts: mapSets(['support', 'calibration', ...REPORTED_SETS], (name) => sets[name].length),
    minRescaledSimilarity: region?.minRescaledSimilarity ?? null,
    seconds,
    sets: mapSets(REPORTED_SETS, (name) => measureRules(judged[name], targetAccuracy)),
  };
  folder.writeJson(RESULTS_FILE, results);
  return { results, estimator, judged };
}

type Encoded = Readonly<Record<keyof Sets, Example[]>>;

async function encodeSets({ sets, encoder, terminal, signal }: RunContext): Promise<Encoded> {
  const names = Object.keys(sets) as (keyof Sets)[];
  const rows = names.flatMap((name) =>
    sets[name].map(({ id, label = UNLABELED, text }) => ({ id, label, text, document: shown(text) })),
  );
  const progress = terminal.startProgress('Encoding', rows.length);
  const examples = await encodeExamples(encoder, rows, {
    onProgress: ({ completed, fromCache }) =>
      progress.update(completed, fromCache ? `${fromCache} from the cache` : ''),
    signal,
  });
  progress.end();
  let start = 0;
  return mapSets(names, (name) => {
    start += sets[name].length;
    return examples.slice(start - sets[name].length, start);
  });
}

async function trainEstimator(context: RunContext, { support, calibration }: Encoded): Promise<SdmEstimator> {
  const { settings, targetAccuracy, folder, encoder, terminal, signal } = context;
  const { representation } = encoder;
  const path = folder.pathOf(MODEL_FOLDER);
  if (folder.has(MODEL_FOLDER)) {
    const saved = await loadModel(path, { expectedFingerprint: representation.fingerprint });
    return recalibrate(saved, { targetAccuracy });
  }
  const progress = terminal.startProgress('Training the SDM layer', LAYER.rounds * LAYER.epochs);
  const trained = await trainModel({
    ...LAYER,
    trainingSet: support,
    calibrationSet: calibration,
    classNames: [...CLASS_NAMES],
    shuffle: false, // D_ca only calibrates
    seed: settings.seed,
    parallelRounds: context.parallelRounds,
    representation,
    onProgress: hearTraining(terminal, (count) => progress.update(count)),
    signal,
  });
  progress.end();
  const estimator = calibrate({ ...trained, targetAccuracy });
  await saveModel(estimator, path);
  return estimator;
}

async function judgeSets(
  context: RunContext,
  estimator: SdmEstimator,
  encoded: Encoded,
): Promise<FinishedRun['judged']> {
  const { encoder, sets, signal } = context;
  const { fingerprint } = encoder.representation;
  const judged: Partial<Record<ReportedSet, JudgedItem[]>> = {};
  for (const name of REPORTED_SETS) {
    const estimates = await estimator.estimateAll(featureMatrix(encoded[name]), { fingerprint, signal });
    judged[name] = sets[name].map((item, i) => ({
      item,
      label: item.label,
      features: encoded[name][i]!.features,
      estimate: estimates[i]!,
    }));
  }
  return judged as FinishedRun['judged'];
}

/** The beginning of a text in one line. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}…` : line;
}

function mapSets<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>;
}

/** `D_tr 700, D_ca 700, test 438, …` */
export function describeSets(sets: Sets): string {
  const names = Object.keys(sets) as (keyof Sets)[];
  return names.map((name) => `${SET_TITLES[name]} ${sets[name].length.toLocaleString('en')}`).join(', ');
}
