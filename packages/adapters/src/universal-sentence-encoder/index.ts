export {
  createUniversalSentenceEncoder,
  type UniversalSentenceEncoderFiles,
  type UniversalSentenceEncoderOptions,
} from './universal-sentence-encoder.js';
export { createUnigramTokenizer, type UnigramTokenizer, type Vocabulary } from './unigram-tokenizer.js';
