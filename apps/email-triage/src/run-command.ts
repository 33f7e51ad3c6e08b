import { join } from 'node:path';
import { createTerminal, openRunFolder, readRunFolder } from '@sdmjs-tooling/app-kit';
import { type BackendName, chooseBackend } from '@sdmjs/backends';
import { rowOf, SdmError, printable } from '@sdmjs/core';
import { chooseTargetAccuracy, recalibrate } from '@sdmjs/estimator';
import { loadModel } from '@sdmjs/interchange/node';
import { readBrownSentences } from './mails/far-texts.js';
import { dealSets, type MailCount } from './mails/deal-sets.js';
import { readMails } from './mails/read-mails.js';
import { readTexts } from './mails/read-texts.js';
import { openEncoder } from './open-encoder.js';
import { explain, explainThree } from './report/explain.js';
import type { RunResults } from './report/results.js';
import { resultsTable } from './report/results-table.js';
import { ALPHA_RESOLUTION } from './settings.js';
import { describeSets, MODEL_FOLDER, runTriage } from './triage-run.js';

export interface PlaceOptions {
  readonly mails: number;
  readonly full?: boolean;
  readonly run?: string;
  readonly cache: string;
  readonly alpha: number;
  readonly backend?: string;
}

export interface TrainOptions extends PlaceOptions {
  readonly seeds: readonly number[];
  readonly parallelRounds: number;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

export interface ClassifyOptions extends PlaceOptions {
  readonly seed: number;
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'once'>;

const INTERRUPTED = 130;

/** Trains, calibrates and reports each seed; resolves to the exit code. Throws `SdmError` for the mistakes of whoever typed it. */
export async function train(options: TrainOptions, streams: Streams): Promise<number> {
  const mailCount: MailCount = options.full ? 'all' : options.mails;
  const targetAccuracy = chooseTargetAccuracy(ALPHA_RESOLUTION, options.alpha);
  const terminal = createTerminal(options.json ? streams.stderr : streams.stdout, streams.stderr);
  const runs = options.seeds.map((seed) => {
    const settings = { mails: mailCount, seed };
    const path = runPath(options, seed, options.seeds.length > 1);
    return { settings, folder: openRunFolder(path, settings, { fresh: options.fresh === true }) };
  });
  const device = (await startBackend(options.backend)).describe();
  terminal.say(`Runs on ${device}`);
  const stop = new AbortController();
  streams.once('SIGINT', () => stop.abort());
  const encoder = await openEncoder(options.cache);
  const sources = { ...readMails(), brown: readBrownSentences() };
  const all: RunResults[] = [];
  try {
    for (const { settings, folder } of runs) {
      const sets = dealSets(sources, mailCount, settings.seed);
      terminal.say(`\nSeed ${settings.seed}, in ${folder.path}: ${describeSets(sets)}`);
      const { parallelRounds } = options;
      const shares = { targetAccuracy, encoder, terminal, device, parallelRounds, signal: stop.signal };
      const context = { ...shares, settings, sets, folder };
      const finished = await runTriage(context);
      all.push(finished.results);
      terminal.say(`\n${describeRegion(finished.results)}; 95 % intervals underneath\n`);
      terminal.say(`${resultsTable(finished.results)}\n\n${await explainThree(finished)}`);
      finished.estimator.dispose();
    }
    if (options.json) streams.stdout.write(`${JSON.stringify(all, null, 1)}\n`);
    return 0;
  } catch (error) {
    if (!SdmError.is(error, 'aborted')) throw error;
    terminal.say('\nStopped. The same command goes on from here: what is encoded is kept.');
    return INTERRUPTED;
  } finally {
    encoder.dispose();
  }
}

/** Judges mails from files, or one from standard input (`-`), with the model of a finished run. */
export async function classify(files: readonly string[], options: ClassifyOptions, streams: Streams): Promise<void> {
  const targetAccuracy = chooseTargetAccuracy(ALPHA_RESOLUTION, options.alpha);
  const { folder } = readRunFolder(runPath(options, options.seed));
  if (!folder.has(MODEL_FOLDER))
    throw new SdmError('not-found', `${folder.path} holds no model yet; let its run finish`);
  const texts = await readTexts(files, streams.stdin);
  await startBackend(options.backend);
  const encoder = await openEncoder(options.cache);
  const { fingerprint } = encoder.representation;
  const saved = await loadModel(folder.pathOf(MODEL_FOLDER), { expectedFingerprint: fingerprint });
  const estimator = recalibrate(saved, { targetAccuracy });
  const features = await encoder.encode(texts);
  for (const [i, text] of texts.entries()) {
    const name = files.length > 1 ? `${printable(files[i]!)}\n` : '';
    streams.stdout.write(`${name}${await explain(estimator, { item: { text }, features: rowOf(features, i) })}\n\n`);
  }
  estimator.dispose();
  encoder.dispose();
}

/** `--run` names the folder of one seed, or the folder of the folders of several. */
function runPath({ run, full, mails }: PlaceOptions, seed: number, isOneOfSeveral = false): string {
  const name = `email-triage-${full ? 'all' : mails}-${seed}`;
  if (run === undefined) return join('runs', name);
  return isOneOfSeveral ? join(run, name) : run;
}

function startBackend(backend: string | undefined) {
  return chooseBackend(backend === undefined ? {} : { force: backend as BackendName });
}

function describeRegion({ targetAccuracy, minRescaledSimilarity }: RunResults): string {
  const region =
    minRescaledSimilarity === null
      ? 'no region there: the calibration mails do not bear it out, and the region admits nothing'
      : `its region admits from q' ≥ ${minRescaledSimilarity.toFixed(1)}`;
  return `Target accuracy α = ${targetAccuracy}; ${region}`;
}
