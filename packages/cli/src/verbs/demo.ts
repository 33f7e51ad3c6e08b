import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { certify, evaluate } from '@sdmjs/estimator';
import { createRowReader, examplesOf, type Rows } from '@sdmjs/interchange';
import { requireWritable, saveModel, writeFileAtomically } from '@sdmjs/interchange/node';
import { demoLines, DEMO_CLASSES } from '../demo/demo-rows.js';
import { EXIT } from '../exit-codes.js';
import { estimateRows } from '../inputs.js';
import { givenPath, seed } from '../options.js';
import { requireAbsent } from '../places.js';
import type { VerbHost } from '../program.js';
import { accuracyTable } from '../tables/accuracy-table.js';
import { ladderOf } from '../tables/ladder.js';
import type { Session } from '../terminal/session.js';
import { showCertification } from './certify.js';
import { explainRow } from './explain.js';
import { showResult, trainAndCalibrate } from './train.js';

interface DemoOptions {
  readonly outputFolder?: string;
  readonly overwrite?: boolean;
  readonly seed: number | bigint;
  readonly json?: boolean;
}

const SPLITS = ['training', 'calibration', 'test'] as const;
const ROWS = 600;
export function addDemo({ verb, run }: VerbHost): void {
  const command = verb(
    'demo',
    'train on made-up rows in seconds and show everything: ladder, evaluation, certificates, two explanations',
    ['sdm demo', 'sdm demo --output-folder demo'],
  );
  command
    .option('--output-folder <folder>', 'where rows and model go (default: a new temporary folder)', givenPath)
    .option('--overwrite', 'replace rows and a model that stand there')
    .option('--seed <number>', 'of the rows and of training', seed, 0);
  run(command, demo);
}

/** Resolves to 130 when stopped: the rows stay, and the model where it is saved by then. */
async function demo(options: DemoOptions, session: Session): Promise<number> {
  const folder = options.outputFolder ?? (await mkdtemp(join(tmpdir(), 'sdm-demo-')));
  try {
    return await showAll(folder, options, session);
  } catch (error) {
    if (!SdmError.is(error, 'aborted')) throw error;
    session.say(`stopped; the rows and what was made of them are in ${folder}`);
    session.tell('stopped', { folder });
    return EXIT.interrupted;
  }
}

async function showAll(folder: string, options: DemoOptions, session: Session): Promise<number> {
  const modelPath = join(folder, 'model.sdmkitmodel');
  const { overwrite } = options;
  const splits = SPLITS.map((name) => rowsOf(folder, name, options.seed));
  const rowsOfOthers = await Promise.all(splits.map(async (split) => ((await isWritten(split)) ? [] : [split.path])));
  requireAbsent([...rowsOfOthers.flat(), modelPath], overwrite);
  await requireWritable(modelPath, { overwrite });
  const [training, calibration, test] = await Promise.all(splits.map(writeRows));
  session.show(
    `Made-up short reviews of ${DEMO_CLASSES.join(' and ')} kind, ${ROWS} rows for each of ${SPLITS.join(', ')}, in ${folder}\n`,
  );
  const { trained, estimator } = await trainAndCalibrate(
    {
      trainingSet: examplesOf(training!),
      calibrationSet: examplesOf(calibration!),
      classNames: DEMO_CLASSES,
      representationSize: 32,
      learningRate: 2e-3,
      epochs: 12,
      seed: options.seed,
      alphaResolution: 0.05,
    },
    session,
  );
  await saveModel(estimator, modelPath, { overwrite });
  const ladder = await ladderOf(estimator);
  showResult({ trained, estimator, ladder, output: modelPath }, session);
  session.tell('result', { model: modelPath, ladder });
  const { interrupts } = session;
  if (interrupts.stopSignal.aborted) return EXIT.interrupted;
  const estimates = await estimateRows(estimator, test!.features, session);
  const targetAccuracies = estimator.nestedRegions.regions.map(({ targetAccuracy }) => targetAccuracy);
  const evaluation = evaluate({ estimates, labels: test!.labels, classCount: DEMO_CLASSES.length, targetAccuracies });
  session.show('\nThe test rows (sdm evaluate):');
  session.show(accuracyTable(evaluation, DEMO_CLASSES));
  session.show('\nWhat the test rows prove (sdm certify):');
  showCertification(await certify(estimator, examplesOf(test!), { signal: interrupts.signal }), estimator, session);
  const surest = estimates.reduce(
    (best, { similarity }, i) => (similarity > estimates[best]!.similarity ? i : best),
    0,
  );
  const doubtful = estimates.findIndex(({ admitted, similarity }) => !admitted && similarity > 0);
  for (const index of [surest, doubtful].filter((row) => row >= 0)) {
    session.show('\nOne row (sdm explain):');
    await explainRow({ estimator, rows: test!, index, shown: 5 }, session);
  }
  estimator.dispose();
  session.show(`\nGo on with: sdm explain --model ${modelPath} --input ${join(folder, 'test.jsonl')} --id test-1`);
  return interrupts.stopSignal.aborted ? EXIT.interrupted : 0;
}

interface DemoFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function rowsOf(folder: string, name: (typeof SPLITS)[number], demoSeed: number | bigint): DemoFile {
  const lines = demoLines({
    name,
    rows: ROWS,
    seed: (BigInt(demoSeed) * 3n + BigInt(SPLITS.indexOf(name))) % 2n ** 64n,
  });
  return { path: join(folder, `${name}.jsonl`), bytes: new TextEncoder().encode(lines.join('')) };
}

/** Whether an earlier demo left just these rows, so that nothing is lost when they are written again. */
async function isWritten({ path, bytes }: DemoFile): Promise<boolean> {
  const present = await readFile(path).catch(() => undefined);
  return present?.equals(bytes) ?? false;
}

/** Writes the rows of one split and reads them as any others. */
async function writeRows({ path, bytes }: DemoFile): Promise<Rows> {
  await writeFileAtomically(path, [bytes]);
  const reader = createRowReader({ name: path, requireLabels: true });
  reader.push(bytes);
  return reader.finish();
}
