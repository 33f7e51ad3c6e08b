import { libraryBuild } from '../../tooling/build/tsup-preset.js';
export default libraryBuild(
  'index',
  'language-model/index',
  'node/index',
  'openai/index',
  'testing/index',
  'transformers/index',
  'universal-sentence-encoder/index',
);
