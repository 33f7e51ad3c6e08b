export { comparedNumbers, type SupportSizes } from './compared-numbers.js';
export type {
  AdamMoments,
  Kernels,
  Matcher,
  MatcherSupport,
  Matches,
  MatchRequest,
  NearestRows,
  SupportMatchRequest,
  ThinAdam,
  ThinStep,
} from './kernels.js';
export { type LoadKernelsOptions, loadKernels } from './load-kernels.js';
export { createPlainKernels } from './plain/plain-kernels.js';
export { thinProduct } from './plain/plain-thin-adam.js';
