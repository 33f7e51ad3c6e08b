import { SdmError } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '@sdmjs/interchange';
import type { TrainingState } from './train.js';

/** A training state as the bytes of one `.safetensors` file. */
export function encodeTrainingState(state: TrainingState): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(trainingTensors(state), { kind: KIND, step: String(state.optimizer.step) });
}

/** The state that `encodeTrainingState` wrote. Throws `bad-format`. */
export function decodeTrainingState(bytes: Uint8Array): TrainingState {
  const { tensors, metadata } = decodeSafetensors(bytes);
  requireKind(metadata, KIND, 'decodeTrainingState');
  return trainingStateOf(tensors, metadata);
}

/** Weights and moments of a state, each group under its own prefix. */
export function trainingTensors({ optimizer, weights }: TrainingState): Map<string, NamedArray> {
  const { means, variances } = optimizer;
  return new Map([
    ...prefixed('weights/', weights),
    ...prefixed('means/', means),
    ...prefixed('variances/', variances),
  ]);
}

/** The state whose `trainingTensors` these are, among others. Throws `bad-format` without its step. */
export function trainingStateOf(
  tensors: ReadonlyMap<string, NamedArray>,
  metadata: ReadonlyMap<string, string>,
): TrainingState {
  const step = Number(metadata.get('step'));
  if (!metadata.has('step') || !Number.isSafeInteger(step) || step < 0) {
    throw new SdmError('bad-format', `training state: wanted a count of steps, got ${metadata.get('step')}`);
  }
  const group = (prefix: string) => withoutPrefix(tensors, prefix);
  return { weights: group('weights/'), optimizer: { step, means: group('means/'), variances: group('variances/') } };
}

/** Arrays as tensors of rank 1 under `prefix` and their names. */
export function prefixed(prefix: string, arrays: ReadonlyMap<string, Float32Array>): [string, NamedArray][] {
  return [...arrays].map(([name, values]) => [prefix + name, { shape: [values.length], values }]);
}

/** The arrays under `prefix`, by their names without it. */
export function withoutPrefix(tensors: ReadonlyMap<string, NamedArray>, prefix: string): Map<string, Float32Array> {
  const group = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(group.map(([name, { values }]) => [name.slice(prefix.length), values]));
}

/** Throws `bad-format` for a file of another kind. */
export function requireKind(metadata: ReadonlyMap<string, string>, kind: string, where: string): void {
  if (metadata.get('kind') === kind) return;
  throw new SdmError('bad-format', `${where}: wanted a file of kind "${kind}", got ${metadata.get('kind') ?? 'none'}`);
}

const KIND = 'sdmjs-training-state';
