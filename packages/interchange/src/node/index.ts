export type { LoadOptions } from '../sdmkitmodel/decode-model.js';
export { makeFolders, syncFolder, writeDurably } from './durable-write.js';
export { loadModel } from './load-model.js';
export { type ReadRowsOptions, readRows } from './read-rows.js';
export { requireWritable, type SaveOptions, saveModel } from './save-model.js';
export { requireWritableFile, writeFileAtomically } from './write-file.js';
