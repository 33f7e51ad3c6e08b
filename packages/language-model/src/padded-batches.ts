import { SdmError } from '@sdmjs/core';

/** Sequences of similar length side by side, padded on the right with token 0. */
export interface PaddedBatch {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` */
  readonly tokens: Int32Array;
  /** Where each row stood among the given sequences. */
  readonly indices: readonly number[];
}

/** Sorts sequences by length and cuts them into batches, so that little is padding. Throws on an empty or too long sequence. */
export function padIntoBatches(
  sequences: readonly ArrayLike<number>[],
  batchSize: number,
  limits: { readonly vocabularySize: number; readonly contextLength: number; readonly where: string },
): PaddedBatch[] {
  sequences.forEach((sequence, index) => checkSequence(sequence, index, limits));
  const order = sequences.map((_, index) => index).sort((a, b) => sequences[a]!.length - sequences[b]!.length);
  const batches: PaddedBatch[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const columns = sequences[indices.at(-1)!]!.length;
    const tokens = new Int32Array(indices.length * columns);
    indices.forEach((index, row) => tokens.set(sequences[index]!, row * columns));
    batches.push({ rows: indices.length, columns, tokens, indices });
  }
  return batches;
}

function checkSequence(
  sequence: ArrayLike<number>,
  index: number,
  { vocabularySize, contextLength, where }: { vocabularySize: number; contextLength: number; where: string },
): void {
  if (sequence.length === 0) throw new SdmError('empty-input', `${where}: sequence ${index} has no tokens`);
  if (sequence.length > contextLength) {
    throw new SdmError(
      'context-exceeded',
      `${where}: sequence ${index} has ${sequence.length} tokens, the context is ${contextLength}; shorten it or train with a longer context`,
    );
  }
  for (let i = 0; i < sequence.length; i++) {
    const token = sequence[i]!;
    if (Number.isInteger(token) && token >= 0 && token < vocabularySize) continue;
    throw new SdmError(
      'out-of-range',
      `${where}: sequence ${index} has token ${token} at ${i}, wanted ids in [0, ${vocabularySize})`,
    );
  }
}
