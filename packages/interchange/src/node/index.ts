export type { LoadOptions } from '../sdmkitmodel/decode-model.js';
export { loadModel } from './load-model.js';
export { requireWritable, type SaveOptions, saveModel } from './save-model.js';
