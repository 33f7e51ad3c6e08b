export { createTensorIndex, requireTensorIndexOptions, type TensorIndexOptions } from './tensor-index.js';
