export { encodeExamples, type TextExample } from './encode-examples.js';
export { type BatchEncoder, encodeInBatches } from './encode-in-batches.js';
export type { EncodeOptions, EncodeProgress, Encoder } from './encoder.js';
export { type EncoderIdentity, fillTemplate, representationOf } from './representation.js';
