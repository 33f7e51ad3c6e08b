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
 * Features stand in memory at most this often at once: as read, pooled, one split before it is standardised (half, rounded up), standardised.
 */
const FEATURE_COPIES = 4;
/** Node itself, kernels and compiled code, in bytes. */
const RUNTIME_BYTES = 100e6;
/** Sides of 4 bytes that Adam keeps for a weight: the weight, two moments, the best weights. */
const WEIGHT_COPIES = 5;

/** Time and memory of a run: counts of products over measured speeds, and bytes from the sizes. */
export function planRun(sizes: RunSizes, speeds: MachineSpeeds) {
  const { trainingRows, representationSize } = sizes;
  const { projected, matched } = productsOf(sizes);
  const { features, weights, representations } = bytesOf(sizes);
  const steps = Math.ceil(trainingRows / sizes.batchSize) * speeds.secondsPerStep;
  const projecting = projected / speeds.projectedNumbersPerSecond;
  const matching = matched / speeds.matchedNumbersPerSecond;
  return {
    seconds: { steps, projecting, matching, total: sizes.rounds * sizes.epochs * (steps + projecting + matching) },
    bytes: {
      features,
      // Matching packs the representations of the training split once more.
      peak: FEATURE_COPIES * features + 2 * representations + WEIGHT_COPIES * weights + RUNTIME_BYTES,
      model: weights + 4 * trainingRows * representationSize,
    },
  };
}

/** Products of two numbers in projecting and matching, over all epochs of all rounds. */
export function productsOfRun(sizes: RunSizes): number {
  const { projected, matched } = productsOf(sizes);
  return sizes.rounds * sizes.epochs * (projected + matched);
}

/** What each further round at a time takes: its features as selected and standardised, what planRun counts of the rest, and a thread. */
export function bytesOfRound(sizes: RunSizes): number {
  const { features, weights, representations } = bytesOf(sizes);
  return 2 * features + 2 * representations + WEIGHT_COPIES * weights + RUNTIME_BYTES / 2;
}

/** Of one epoch. */
function productsOf({ trainingRows, calibrationRows, featureCount, representationSize }: RunSizes) {
  const rows = trainingRows + calibrationRows;
  return {
    projected: rows * featureCount * representationSize,
    matched: rows * trainingRows * representationSize,
  };
}

function bytesOf({ trainingRows, calibrationRows, featureCount, representationSize, classCount }: RunSizes) {
  const rows = trainingRows + calibrationRows;
  return {
    features: 4 * rows * featureCount,
    weights: 4 * representationSize * (featureCount + classCount + 1),
    representations: 4 * rows * representationSize,
  };
}
