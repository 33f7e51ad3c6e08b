import type { ForeseenModel } from '@sdmjs/interchange';
import { count, numberBetween } from '../options.js';
import type { VerbHost } from '../program.js';
import { measureMachine } from '../plan/measure-machine.js';
import { foreseeFiles } from '../plan/foresee-files.js';
import { planRun, type RunSizes } from '../plan/plan-run.js';
import { formatTable, megabytes } from '../tables/table.js';
import { formatSeconds } from '../terminal/progress.js';
import type { Session } from '../terminal/session.js';

interface PlanOptions {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly exemplarDimension: number;
  readonly epochs: number;
  readonly numberOfRandomShuffles: number;
  readonly batchSize: number;
  readonly trainingShare: number;
  readonly json?: boolean;
}

export function addPlan({ verb, run }: VerbHost): void {
  const command = verb(
    'plan',
    'say how long training will take and how much memory, from a short measurement on this machine',
    [
      'sdm plan --rows 20000 --features 1024',
      'sdm plan --rows 100000 --features 768 --classes 4 --epochs 50 --number-of-random-shuffles 10',
    ],
  );
  command
    .requiredOption('--rows <number>', 'training and calibration rows together', count(4))
    .requiredOption('--features <number>', 'numbers a row', count(1))
    .option('--classes <number>', 'of the labels', count(2), 2)
    .option('--exemplar-dimension <number>', 'numbers in a representation', count(1), 1000)
    .option('--epochs <number>', 'of each round', count(1), 20)
    .option('--number-of-random-shuffles <number>', 'rounds', count(1), 1)
    .option('--batch-size <rows>', 'rows of an optimiser step', count(1), 64)
    .option('--training-share <number>', 'of the rows; the others calibrate', numberBetween(0.01, 0.99), 0.5);
  run(command, plan);
}

async function plan(options: PlanOptions, session: Session): Promise<undefined> {
  const trainingRows = Math.round(options.rows * options.trainingShare);
  const sizes: RunSizes = {
    trainingRows,
    calibrationRows: options.rows - trainingRows,
    featureCount: options.features,
    representationSize: options.exemplarDimension,
    classCount: options.classes,
    batchSize: options.batchSize,
    epochs: options.epochs,
    rounds: options.numberOfRandomShuffles,
  };
  session.tell('stage', { stage: 'measuring' });
  const speeds = await measureMachine(sizes, session.interrupts.signal);
  const planned = planRun(sizes, speeds);
  const files = foreseeFiles(sizes);
  const { seconds, bytes } = planned;
  session.say(
    `Measured here in ${formatSeconds(speeds.secondsSpent)}: a step of ${sizes.batchSize} rows takes ${(1000 * speeds.secondsPerStep).toFixed(1)} ms, matching ${(speeds.matchedNumbersPerSecond / 1e9).toFixed(1)} thousand million products a second.`,
  );
  session.say('The machine is taken to stay as free as it was just now; memory follows from the sizes.');
  session.show(
    formatTable(
      ['', 'time'],
      [
        ['one epoch: optimiser', formatSeconds(seconds.steps)],
        ['one epoch: projecting both splits', formatSeconds(seconds.projecting)],
        ['one epoch: matching both splits', formatSeconds(seconds.matching)],
        [`${sizes.rounds} x ${sizes.epochs} epochs`, formatSeconds(seconds.total)],
      ],
    ),
  );
  session.show(
    formatTable(
      ['', 'memory'],
      [
        ['features', megabytes(bytes.features)],
        ['training at its peak, about', megabytes(bytes.peak)],
        ['saving the model, about', megabytes(bytes.saving)],
        ['the model on disk, without texts, up to', megabytes(files.bytes)],
      ],
    ),
  );
  sayLimits(files, session);
  session.tell('result', { sizes, speeds, ...planned, files });
}

function sayLimits({ leftOut, obstacle }: ForeseenModel, { say }: Session): void {
  if (obstacle !== undefined) say(`This model could not be saved, so training refuses it: ${obstacle}.`);
  if (leftOut.length > 0)
    say(
      `The manifest of the model may have no room for ${leftOut.join(' and ')} of its metadata; no estimate depends on them.`,
    );
}
