export {
  createTransformersEncoder,
  type ExtractFeatures,
  type Pipeline,
  type TransformersEncoderOptions,
} from './transformers-encoder.js';
