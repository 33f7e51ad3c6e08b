export { type CacheOptions, cacheEncoder } from './cache-encoder.js';
export { type LocalModel, localModel } from './local-model.js';
export { readUniversalSentenceEncoder } from './read-universal-sentence-encoder.js';
