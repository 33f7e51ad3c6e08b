export { createTensorIndex, type TensorIndexOptions } from './tensor-index.js';
