export type { Matches } from '@sdmjs/kernels';
export { type DistanceScale, distanceQuantile, distanceQuantiles, fitDistanceScale } from './distance-scale.js';
export { createExactIndex } from './exact-index.js';
export type { CreateExemplarIndex, ExemplarIndex, MatchOptions, Neighbor } from './exemplar-index.js';
export { createSupportSet, goodClassesOf, type IndexedSupport, type SupportSet } from './support-set.js';
