export type { EngineRound, RoundInputs, SplitName, TrainingEngine } from './engine.js';
export type { EpochReport, TrainingEvent } from './epoch-report.js';
export { kernelEngine } from './kernel-engine.js';
export type { GivenSettings, TrainingSettings } from './settings.js';
export { type TrainedModel, type TrainModelOptions, trainModel } from './train-model.js';
