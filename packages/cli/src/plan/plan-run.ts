import { comparedNumbers } from '@sdmjs/kernels';
import { areMatchedTogether, countQueries } from '@sdmjs/training';

/** The sizes of a training run. */
export interface RunSizes {
  readonly trainingRows: number;
  readonly calibrationRows: number;
  /** D */
  readonly featureCount: number;
  /** M */
  readonly representationSize: number;
  readonly classCount: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly rounds: number;
}

/** What a machine does in a second. */
export interface MachineSpeeds {
  /** One optimiser step at the sizes of the run. */
  readonly secondsPerStep: number;
  /** Products of two numbers, in projecting features to representations. */
  readonly projectedNumbersPerSecond: number;
  /** Products of two numbers, in matching representations. */
  readonly matchedNumbersPerSecond: number;
  /** Threads of the kernels. */
  readonly threads: number;
  /** What the measurement took. */
  readonly secondsSpent: number;
}

/**
 * Bytes of a row beside its features and its representation: while it is matched, some 4-byte numbers and its id; once training is over, also
 * its digest and its place for the model file. Measured up to 1,000,000 rows, see docs/performance.md.
 */
const ROW_BYTES = { matching: 165, finished: 310 };
/**
 * Bytes held beside that while training rows are matched to each other: results, limits and the order, a row;
 * and what every thread of the kernels knows, a row and in notes.
 */
const TOGETHER_BYTES = { row: 80, rowOfThread: 20, notesOfThread: 3e6 };
/**
 * While a model is written and read again: copies of the support, and bytes a row of what is between records and their text. Within 40 % of
 * what was measured from 10,000 to 1,000,000 rows: much of it is garbage, collected sooner or later.
 */
const SAVING = { copies: 3, row: 700 };
/** Node, kernels, compiled code, young objects and the distances of a block of queries, in bytes. */
const RUNTIME_BYTES = 90e6;
/** Of each further thread of the kernels: itself, and the distances of a block of queries. */
const THREAD_BYTES = 25e6;
/** 4-byte numbers kept for a weight: those of a round and the best, each with what is copied on the way, and two moments. */
const WEIGHT_COPIES = 8;

/** Time and memory of a run: counts of products over measured speeds, and bytes from the sizes. */
export function planRun(sizes: RunSizes, speeds: MachineSpeeds) {
  const { projected, matched } = productsOf(sizes);
  const bytes = bytesOf(sizes, speeds.threads);
  const steps = Math.ceil(sizes.trainingRows / sizes.batchSize) * speeds.secondsPerStep;
  const projecting = projected / speeds.projectedNumbersPerSecond;
  const matching = matched / speeds.matchedNumbersPerSecond;
  const rest = WEIGHT_COPIES * bytes.weights + RUNTIME_BYTES + (speeds.threads - 1) * THREAD_BYTES;
  return {
    seconds: { steps, projecting, matching, total: sizes.rounds * sizes.epochs * (steps + projecting + matching) },
    bytes: {
      features: bytes.features,
      peak: bytes.features + Math.max(bytes.matching, bytes.finished) + rest,
      saving: bytes.features + bytes.finished + bytes.saving + rest,
    },
  };
}

/** Products of two numbers in projecting and matching, over all epochs of all rounds. */
export function productsOfRun(sizes: RunSizes): number {
  const { projected, matched } = productsOf(sizes);
  return sizes.rounds * sizes.epochs * (projected + matched);
}

/** What each further round at a time takes: matching of its own, weights, a thread; and one copy of the features, which the rounds share. */
export function bytesOfRound(sizes: RunSizes): number {
  const { features, weights, matching } = bytesOf(sizes, 1);
  return features + matching + WEIGHT_COPIES * weights + RUNTIME_BYTES / 2;
}

/** Of one epoch. */
function productsOf(sizes: RunSizes) {
  const { trainingRows, calibrationRows, featureCount, representationSize } = sizes;
  const rows = trainingRows + calibrationRows;
  const isTogether = areMatchedTogether({ rows: trainingRows, columns: representationSize });
  const compared = numbersCompared(sizes);
  const trainingShare = isTogether ? shareTogether(compared) : 1;
  // A row that is compared in fewer dimensions is turned there and back.
  const projections = compared < representationSize ? 3 : 1;
  return {
    projected: projections * rows * featureCount * representationSize,
    matched: (trainingShare * trainingRows + calibrationRows) * trainingRows * compared,
  };
}

/** Numbers of a row that matching compares: M, or D where the epoch has queries enough. */
function numbersCompared({ trainingRows, calibrationRows, featureCount, representationSize }: RunSizes): number {
  const rows = { rows: trainingRows, columns: representationSize };
  return comparedNumbers({ ...rows, dimensions: featureCount, queries: countQueries(rows, calibrationRows) });
}

/** Of the time of as many queries, where at least half of the rows are good: .53 at 1,000 numbers and .64 at 64, as measured; hardly more below. */
function shareTogether(numbers: number): number {
  return Math.min(0.64, 0.52 + 7.7 / numbers);
}

function bytesOf(sizes: RunSizes, threads: number) {
  const { trainingRows, calibrationRows, featureCount, representationSize, classCount } = sizes;
  const rows = trainingRows + calibrationRows;
  const compared = numbersCompared(sizes);
  const { row, rowOfThread, notesOfThread } = TOGETHER_BYTES;
  // A second integer copy of the training split, in the order of its classes.
  const together = (2 * compared + row) * trainingRows + threads * (rowOfThread * trainingRows + notesOfThread);
  const isTogether = areMatchedTogether({ rows: trainingRows, columns: representationSize });
  return {
    features: 4 * rows * featureCount,
    weights: 4 * representationSize * (featureCount + classCount + 1),
    // Features are read where they are. Matching keeps the representations of both splits, and integer copies of the training split.
    matching:
      4 * rows * representationSize +
      2 * trainingRows * compared +
      ROW_BYTES.matching * rows +
      (isTogether ? together : 0),
    finished: 4 * trainingRows * representationSize + ROW_BYTES.finished * rows,
    saving: SAVING.copies * 4 * trainingRows * representationSize + SAVING.row * rows,
  };
}
