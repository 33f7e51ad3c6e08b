export { type CacheOptions, cacheEncoder } from './cache-encoder.js';
export { readUniversalSentenceEncoder } from './read-universal-sentence-encoder.js';
