import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePython, runPython } from '@sdmjs-tooling/python-sdk';
import { calibrate, recalibrate } from '@sdmjs/estimator';
import { loadModel, saveModel } from '@sdmjs/interchange/node';
import { compareActivations } from './compare-activations.js';
import { compareChance } from './compare-chance.js';
import { compareRegions } from './compare-regions.js';
import { compareScores } from './compare-scores.js';
import { compareTensorLoss } from './compare-tensor-loss.js';
import { compareTraining } from './compare-training.js';
import { readReference, readReferences, type References, type SdkScores, type TrainingRun } from './references.js';
import { writeReport } from './report.js';
import { agrees, type Comparison, createTally } from './tally.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.cache', 'work');
const scripts = join(root, 'python');
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** The SDK trained and wrote; we read and score. */
async function readTheirs(run: TrainingRun, rows: References['rows']): Promise<Comparison> {
  const estimator = await loadModel(join(work, run.model));
  const scores = await readReference<SdkScores>(join(work, `scores-${run.name}.json`));
  const comparison = await compareScores(`scores with the SDK's model of ${run.name}`, estimator, {
    queries: rows.queries,
    scores,
  });
  estimator.dispose();
  return comparison;
}

/** We train and write, with all metadata and as of a model of very many rows; the SDK validates, scores and recalibrates. */
async function writeOurs(python: string, run: TrainingRun, rows: References['rows']): Promise<Comparison[]> {
  const { comparison, trained } = await compareTraining(run, rows);
  const whole = await readOurs(python, trained, { name: run.name, rows });
  const { bestIterationSplits, sourceData, trainingRun, ...metadata } = trained.metadata;
  const parts = Object.entries({ bestIterationSplits, sourceData, trainingRun });
  const missing = parts.filter(([, part]) => part === undefined).map(([name]) => name);
  if (missing.length > 0) throw new Error(`our model of ${run.name} has no ${missing.join(', ')} to leave out`);
  const reduced = await readOurs(python, { ...trained, metadata }, { name: `${run.name} without long metadata`, rows });
  return [comparison, ...whole, ...reduced];
}

async function readOurs(
  python: string,
  trained: Parameters<typeof calibrate>[0],
  { name, rows }: { name: string; rows: References['rows'] },
): Promise<Comparison[]> {
  const estimator = calibrate(trained);
  const folder = join(work, `ours-${name}.sdmkitmodel`);
  const target = join(work, `ours-${name}.json`);
  await saveModel(estimator, folder);
  await runPython(python, [join(scripts, 'check.py'), work, folder, target]);
  const scores = await readReference<SdkScores>(target);
  const scored = await compareScores(`scores with our model of ${name}, read by the SDK`, estimator, {
    queries: rows.queries,
    scores,
  });
  const recalibrated = createTally(`recalibration of our model of ${name}`, {
    reference: 'reexpress-sdm',
    tolerance: 0,
  });
  const ours = recalibrate(estimator, { alphaResolution: 0.05 }).nestedRegions.regions;
  recalibrated.exact('regions', {
    got: ours.map((region) => region.targetAccuracy).join(),
    wanted: scores.recalibratedRegions?.join(),
  });
  estimator.dispose();
  return [scored, recalibrated.finish()];
}

async function compareAll(python: string): Promise<void> {
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await runPython(python, [join(scripts, 'produce.py'), work]);
  const references = await readReferences(work);
  const { rows, versions } = references;
  const comparisons = [
    compareChance(references.chance),
    ...compareActivations(references.activations),
    ...(await compareTensorLoss(references.activations)),
    compareRegions(references.regions),
  ];
  for (const run of references.training) {
    comparisons.push(await readTheirs(run, rows), ...(await writeOurs(python, run, rows)));
  }
  const results = join(root, '..', '..', 'docs', 'results');
  print(await writeReport(results, comparisons, versions));
  const isSound = comparisons.every(agrees);
  print(isSound ? 'conformance: everything agrees' : 'conformance: there are DISAGREEMENTS');
  process.exitCode = isSound ? 0 : 1;
}

const environment = await preparePython(print);
if (environment.isReady) await compareAll(environment.python);
else {
  print('*'.repeat(80));
  print('conformance: SKIPPED, nothing was compared: Python 3.11 with reexpress-sdm could not be set up.');
  print(environment.reason.slice(0, 2000));
  print('*'.repeat(80));
}
