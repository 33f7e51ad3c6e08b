import { SdmError } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors } from '@sdmjs/interchange';
import { isJsonObject, parseJsonAs } from '../parse-json.js';
import type { TrainingState } from '../train.js';
import { prefixed, requireKind, trainingStateOf, trainingTensors, withoutPrefix } from '../training-state.js';
import type { FineTuneEvaluation } from './best-checkpoint.js';
import type { KeptAnswers } from './hard-negatives.js';

/** Everything that `fineTuneVerified` needs to go on after a whole number of epochs, as if it had not been interrupted. */
export interface FineTuneState {
  readonly training: TrainingState;
  /** Weights of the lowest evaluation so far, which is the last one that `isBest`. */
  readonly bestWeights: TrainingState['weights'];
  readonly evaluations: readonly FineTuneEvaluation[];
  /** Training loss of each step so far. */
  readonly losses: readonly number[];
  /** The wrong answers kept for the next SDM layer of the training set, and of the calibration set. */
  readonly trainingNegatives: KeptAnswers;
  readonly calibrationNegatives: KeptAnswers;
  /** What the run was told, by option; see `settingsOf`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A state as the bytes of one `.safetensors` file. */
export function encodeFineTuneState(state: FineTuneState): Uint8Array<ArrayBuffer> {
  const tensors = trainingTensors(state.training);
  for (const [name, tensor] of prefixed('best/', state.bestWeights)) tensors.set(name, tensor);
  tensors.set('losses', { shape: [state.losses.length], values: Float32Array.from(state.losses) });
  return encodeSafetensors(tensors, {
    kind: KIND,
    step: String(state.training.optimizer.step),
    evaluations: JSON.stringify(state.evaluations),
    trainingNegatives: JSON.stringify([...state.trainingNegatives]),
    calibrationNegatives: JSON.stringify([...state.calibrationNegatives]),
    settings: JSON.stringify(state.settings),
  });
}

/** The state that `encodeFineTuneState` wrote. Throws `bad-format` for a file that was cut off or is something else. */
export function decodeFineTuneState(bytes: Uint8Array): FineTuneState {
  const { tensors, metadata } = decodeSafetensors(bytes);
  requireKind(metadata, KIND, 'decodeFineTuneState');
  const field = <Value>(name: string, isValue: (value: unknown) => value is Value): Value =>
    parseJsonAs(metadata.get(name) ?? '', isValue, `decodeFineTuneState: ${name}`);
  const training = trainingStateOf(tensors, metadata);
  const losses = [...(tensors.get('losses')?.values ?? [])];
  if (losses.length !== training.optimizer.step) {
    throw new SdmError(
      'bad-format',
      `decodeFineTuneState: ${losses.length} losses for ${training.optimizer.step} steps; take another copy of the file`,
    );
  }
  return {
    training,
    bestWeights: withoutPrefix(tensors, 'best/'),
    evaluations: field('evaluations', isEvaluations),
    losses,
    trainingNegatives: new Map(field('trainingNegatives', isAnswers)),
    calibrationNegatives: new Map(field('calibrationNegatives', isAnswers)),
    settings: field('settings', isSettings),
  };
}

const KIND = 'sdmjs-fine-tune-state';

const isSettings = (value: unknown): value is Record<string, string> =>
  isJsonObject(value) && Object.values(value).every((setting) => typeof setting === 'string');

const isAnswers = (value: unknown): value is [string, number[]][] =>
  Array.isArray(value) &&
  value.every(
    (entry: unknown) =>
      Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && isTokens(entry[1] as unknown),
  );

const isTokens = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((token) => Number.isSafeInteger(token));

const isEvaluations = (value: unknown): value is FineTuneEvaluation[] =>
  Array.isArray(value) && value.length > 0 && value.every(isEvaluation) && value.some(({ isBest }) => isBest);

const isEvaluation = (value: unknown): value is FineTuneEvaluation =>
  isJsonObject(value) &&
  typeof value['isBest'] === 'boolean' &&
  ['step', 'epoch', 'loss', 'meanLossBase', 'hardNegativeCount'].every((name) => Number.isFinite(value[name]));
