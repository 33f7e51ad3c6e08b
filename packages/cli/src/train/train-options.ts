import type { Composition } from '@sdmjs/interchange';
import { type Command, Option } from 'commander';
import {
  count,
  countOrAuto,
  givenPath,
  inputPath,
  names,
  numberBetween,
  seed,
  withDeviceNames,
  withFeatures,
} from '../options.js';

export interface TrainOptions {
  readonly training: string;
  readonly calibration: string;
  readonly output: string;
  readonly overwrite?: boolean;
  readonly reportOutput?: string;
  readonly numberOfClasses?: number;
  readonly classNames?: readonly string[];
  /** Undefined: that of the initial model, else `EXEMPLAR_DIMENSION`. */
  readonly exemplarDimension?: number;
  readonly epochs: number;
  readonly crossEntropyEpochs: number;
  readonly initialModel?: string;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number | bigint;
  readonly numberOfRandomShuffles: number;
  readonly parallelRounds: number | 'auto';
  readonly doNotShuffleData?: boolean;
  readonly stratify?: boolean;
  readonly checkpoint?: string;
  readonly maxNeighbors: number;
  readonly alphaResolution: number;
  readonly composition: Composition;
  readonly representationFingerprint?: string;
  readonly representation?: string;
  readonly representationProvider?: string;
  readonly representationModel?: string;
  readonly json?: boolean;
}

/** Numbers in a representation where nobody says how many. */
export const EXEMPLAR_DIMENSION = 1000;

export function withTrainOptions(command: Command): Command {
  withDeviceNames(withFeatures(command))
    .requiredOption('--training <file>', 'labelled rows as JSON Lines', inputPath)
    .requiredOption('--calibration <file>', 'other labelled rows as JSON Lines', inputPath)
    .requiredOption('--output <folder>', 'where the .sdmkitmodel goes', givenPath)
    .option('--overwrite', 'replace a model that stands there')
    .option(
      '--report-output <file>',
      'where the JSON report goes, - for standard output (default: -, shown as text on a terminal)',
      givenPath,
    )
    .option(
      '--checkpoint <file>',
      'keep the state of the run there after every epoch and every minute of its matching, and go on from it where it is there; removed when the model is saved',
      givenPath,
    )
    .option('--number-of-classes <number>', 'default: the largest label + 1', count(2))
    .option('--class-names <list>', 'with commas between them (default: Class0, Class1, …)', names)
    .option('--initial-model <folder>', 'go on from the weights of this model', inputPath);
  withRepresentation(command);
  return withNumbers(command)
    .addOption(new Option('--backend <name>').choices(['torch']).hideHelp())
    .addOption(new Option('--device <name>').choices(['auto', 'cpu']).hideHelp());
}

/** The numbers of the run. */
function withNumbers(command: Command): Command {
  const shuffle = new Option(
    '--shuffle-training-and-calibration',
    'pool both files and halve them anew in every round (this is the default)',
  );
  return command
    .option(
      '--exemplar-dimension <number>',
      `numbers in a representation (default: those of the initial model, else ${EXEMPLAR_DIMENSION})`,
      count(1),
    )
    .option('--epochs <number>', 'of each round', count(1), 20)
    .option('--cross-entropy-epochs <number>', 'first epochs without q and d', count(1), 1)
    .option('--batch-size <rows>', 'rows of an optimiser step', count(1), 64)
    .option('--learning-rate <number>', 'of Adam', numberBetween(Number.MIN_VALUE, 3e38), 1e-5)
    .option('--seed <number>', 'of splits, weights and order', seed, 0)
    .option('--number-of-random-shuffles <number>', 'rounds; the best one is kept', count(1), 1)
    .option(
      '--parallel-rounds <number>',
      'rounds to train at a time, in threads, with the same result; auto: what cores and memory allow where it pays',
      countOrAuto,
      1,
    )
    .addOption(shuffle.conflicts('doNotShuffleData'))
    .option('--do-not-shuffle-data', 'keep the given files apart')
    .addOption(
      new Option('--stratify', 'halve every class by itself, so that no half lacks one').conflicts('doNotShuffleData'),
    )
    .option('--max-neighbors <number>', 'cap of q', count(2), 2048)
    .option(
      '--alpha-resolution <number>',
      'step of the ladder of target accuracies',
      numberBetween(0.00005, 0.4999999),
      0.05,
    );
}

function withRepresentation(command: Command): void {
  command
    .addOption(
      new Option('--representation <file>', 'what made the features, as sdm embed says it in *.representation.json')
        .argParser(inputPath)
        .conflicts(['representationFingerprint', 'representationProvider', 'representationModel']),
    )
    .option('--representation-provider <text>', 'who made the features')
    .option('--representation-model <text>', 'with which model');
}
