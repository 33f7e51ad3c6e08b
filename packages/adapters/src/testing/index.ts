export { type CreateEncoder, testEncoder } from './test-encoder.js';
