export type { EngineRound, OptimizerState, RoundInputs, SplitName, TrainingEngine } from './engine.js';
export type { EpochReport, TrainingEvent } from './epoch-report.js';
export { type FeatureRows, plainRows } from './feature-rows.js';
export { kernelEngine } from './kernel-engine.js';
export type { FinishedRound, PresentRound, RunState } from './run-state.js';
export { decodeRunState, encodeRunState } from './run-state-file.js';
export type { Checkpoint, CheckpointScores, MatchedCheckpoint, SelectionRule } from './select-checkpoint.js';
export type { GivenSettings, TrainingSettings } from './settings.js';
export { type TrainedModel, type TrainedRound, type TrainModelOptions, trainModel } from './train-model.js';
