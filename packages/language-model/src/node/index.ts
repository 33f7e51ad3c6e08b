export { loadFineTuneState, saveFineTuneState } from './fine-tune-state-file.js';
export { loadLanguageModel, saveLanguageModel } from './model-folder.js';
export { loadTrainingState, saveTrainingState } from './training-state-file.js';
