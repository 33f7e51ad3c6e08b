/** Options of `sdm train` by what the packages call them, where nothing else is called so. */
export const TRAIN_OPTION_NAMES = {
  alphaResolution: '--alpha-resolution',
  batchSize: '--batch-size',
  crossEntropyEpochs: '--cross-entropy-epochs',
  learningRate: '--learning-rate',
  maxSimilarity: '--max-neighbors',
  representationSize: '--exemplar-dimension',
} as const;
