export {
  createLanguageModelEncoder,
  type LanguageModelEncoderOptions,
  wholeTextFeature,
} from './language-model-encoder.js';
