import { SdmError } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors.js';
import type { TrainingState } from './train.js';

/** A training state as the bytes of one `.safetensors` file. */
export function encodeTrainingState({ optimizer, weights }: TrainingState): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, NamedArray>();
  const groups = { weights, means: optimizer.means, variances: optimizer.variances };
  for (const [group, arrays] of Object.entries(groups)) {
    for (const [name, values] of arrays) tensors.set(`${group}/${name}`, { shape: [values.length], values });
  }
  return encodeSafetensors(tensors, { kind: KIND, step: String(optimizer.step) });
}

/** The state that `encodeTrainingState` wrote. Throws `bad-format`. */
export function decodeTrainingState(bytes: Uint8Array): TrainingState {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const step = Number(metadata.get('step'));
  if (metadata.get('kind') !== KIND || !Number.isSafeInteger(step)) {
    throw new SdmError('bad-format', `decodeTrainingState: wanted a file of kind "${KIND}" with a step`);
  }
  const group = (prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, { values }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), values] as const] : [],
      ),
    );
  return { weights: group('weights/'), optimizer: { step, means: group('means/'), variances: group('variances/') } };
}

const KIND = 'sdmjs-training-state';
