// Everything runs in an imported memory at addresses the caller chose: no allocator, no static data, so the same module
// works in a memory of its own and in the heap of another WebAssembly program.
export { multiplyBatches } from './multiply';
export { centreRows, packSupport, packQueries } from './match-pack';
export { squaredDistances } from './squared-distances';
export { matchRows } from './match-rows';
export { sumColumns, sumRows } from './sum';
export { gatherBlocks, swapBlocks } from './copy-blocks';
export { filterGradient } from './filter-gradient';
