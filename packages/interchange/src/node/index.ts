export type { LoadOptions } from '../sdmkitmodel/decode-model.js';
export { makeFolders, syncFolder, writeDurably } from './durable-write.js';
export { loadEnsemble, saveEnsemble } from './ensemble-folder.js';
export { loadModel } from './load-model.js';
export { type ReadRowsOptions, readRows } from './read-rows.js';
export type { SaveOptions } from './publish-folder.js';
export { requireWritable, saveModel } from './save-model.js';
export { writeAtomically } from './write-atomically.js';
export { requireWritableFile, writeFileAtomically } from './write-file.js';
