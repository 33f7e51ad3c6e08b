export { createTensorIndex } from './tensor-index.js';
