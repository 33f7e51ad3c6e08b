export { fingerprintOf, sha256Hex } from './digest.js';
export {
  cdfAt,
  countAtMost,
  countBelow,
  createEmpiricalCdf,
  type EmpiricalCdf,
  quantile,
} from './empirical-cdf.js';
export {
  type Example,
  exampleAt,
  type ExampleTable,
  featureMatrix,
  labelsOf,
  OUT_OF_DISTRIBUTION,
  UNLABELED,
} from './example.js';
export { meanFloat32, type NumberSource, pairwiseSum, standardDeviationFloat32 } from './float32-sum.js';
export {
  argMax,
  argMaxRows,
  createMatrix,
  type Matrix,
  matrixFromRows,
  requireColumns,
  requireFinite,
  rowOf,
  type RowSource,
  rowSource,
  rowsOf,
  selectRows,
} from './matrix.js';
export { createPause } from './pause.js';
export { printable } from './printable.js';
export { createRandom, type Random } from './random.js';
export { SdmError, type SdmErrorCode, throwIfAborted } from './sdm-error.js';
