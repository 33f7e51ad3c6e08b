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
  /** What the measurement took. */
  readonly secondsSpent: number;
}

/**
 * Bytes of a row beside its features and its representation: while it is matched, some 4-byte numbers and its id; once training is over, also
 * its digest and its place for the model file. Measured up to 1,000,000 rows, see docs/performance.md.
 */
const ROW_BYTES = { matching: 165, finished: 310 };
/** Node, kernels, compiled code, young objects and the distances of a block of queries, in bytes. */
const RUNTIME_BYTES = 100e6;
/** 4-byte numbers kept for a weight: those of a round and the best, each with what is copied on the way, and two moments. */
const WEIGHT_COPIES = 8;

/** Time and memory of a run: counts of products over measured speeds, and bytes from the sizes. */
export function planRun(sizes: RunSizes, speeds: MachineSpeeds) {
  const { trainingRows, calibrationRows, featureCount, representationSize, classCount } = sizes;
  const rows = trainingRows + calibrationRows;
  const steps = Math.ceil(trainingRows / sizes.batchSize) * speeds.secondsPerStep;
  const projecting = (rows * featureCount * representationSize) / speeds.projectedNumbersPerSecond;
  const matching = (rows * trainingRows * representationSize) / speeds.matchedNumbersPerSecond;
  const features = 4 * rows * featureCount;
  const weights = 4 * representationSize * (featureCount + classCount + 1);
  // Features are read where they are. Matching keeps the representations of both splits, and integer copies of the training split.
  const matched = 2 * (2 * rows + trainingRows) * representationSize + ROW_BYTES.matching * rows;
  const finished = 4 * trainingRows * representationSize + ROW_BYTES.finished * rows;
  return {
    seconds: { steps, projecting, matching, total: sizes.rounds * sizes.epochs * (steps + projecting + matching) },
    bytes: {
      features,
      peak: features + Math.max(matched, finished) + WEIGHT_COPIES * weights + RUNTIME_BYTES,
      model: weights + 4 * trainingRows * representationSize,
    },
  };
}
