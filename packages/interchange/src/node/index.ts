export type { LoadOptions } from '../sdmkitmodel/decode-model.js';
export { makeFolders, syncFolder, writeDurably } from './durable-write.js';
export { loadModel } from './load-model.js';
export { writeAtomically } from './write-atomically.js';
export { requireWritable, type SaveOptions, saveModel } from './save-model.js';
