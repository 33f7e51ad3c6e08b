// Everything runs in an imported memory at addresses the caller chose: no allocator, no static data, so the same module
// works in a memory of its own and in the heap of another WebAssembly program.
export { multiplyBatches, multiplyChunk, packColumns } from './multiply';
export { centreChunk, chooseScale, coarsenScale, prepareQuery, quantizeChunk, surveyChunk } from './prepare';
export { turningBytes } from './turn';
export { gramChunk } from './gram';
export { measureChunk } from './integer-distances';
export { answer, listNearest, matchBlock, matchScratchBytes } from './match-block';
// Nobody outside calls these, but what is exported is not inlined, and their loops need the registers.
export { multiplyIntegers } from './integer-product';
export { multiplyFive, multiplyFour } from './tile';
export { beginMutual, mutualRoomBytes } from './mutual';
export { matchMutualBlock, orderChunk } from './mutual-block';
export { settleBad, settleGood } from './mutual-settle';
export { allDistances } from './decide';
export { adamChunk } from './adam';
export { sumColumns, sumRows } from './sum';
export { gatherBlocks, swapBlocks } from './copy-blocks';
export { filterGradient } from './filter-gradient';
