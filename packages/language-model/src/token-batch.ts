import { createRandom, SdmError } from '@sdmjs/core';
import { derivedRandom } from './derived-random.js';

/** One training sequence. */
export interface TrainingSequence {
  readonly tokens: ArrayLike<number>;
  /** Weight of the loss of each token, predicted from the tokens before it; the first token is never predicted. @default 1 each */
  readonly weights?: ArrayLike<number>;
  /** Base β of the sequence's loss (arXiv 2510.26183 Eq. 1). @default e */
  readonly lossBase?: number;
  /** One token whose loss has a base and an exponent of its own: the SDM loss with base 2 + q and exponent d. */
  readonly tokenLoss?: { readonly index: number; readonly base: number; readonly exponent: number };
}

/** Sequences side by side, padded on the right with weight 0. */
export interface TokenBatch {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` */
  readonly tokens: Int32Array;
  /** `[rows, columns]` weight of the loss of the token at that place; column 0 does not count. */
  readonly weights: Float32Array;
  /** `[rows]` base β of each row's loss. @default e */
  readonly lossBases?: Float32Array;
  /** Base and exponent of single places, by flat index; before `lossBases`. */
  readonly tokenLosses?: ReadonlyMap<number, { readonly base: number; readonly exponent: number }>;
  /** Tokens that are not padding. */
  readonly tokenCount: number;
}

/** Puts sequences side by side. Throws `empty-input` for none, `shape-mismatch` for weights of another length than the tokens. */
export function createTokenBatch(sequences: readonly TrainingSequence[]): TokenBatch {
  if (sequences.length === 0) throw new SdmError('empty-input', 'createTokenBatch: wanted at least one sequence');
  const rows = sequences.length;
  const columns = Math.max(...sequences.map((sequence) => sequence.tokens.length));
  const tokens = new Int32Array(rows * columns);
  const weights = new Float32Array(rows * columns);
  sequences.forEach((sequence, row) => {
    const length = sequence.tokens.length;
    if (sequence.weights && sequence.weights.length !== length) {
      throw new SdmError(
        'shape-mismatch',
        `createTokenBatch: sequence ${row} has ${length} tokens and ${sequence.weights.length} weights`,
      );
    }
    tokens.set(sequence.tokens, row * columns);
    weights.set(sequence.weights ?? new Float32Array(length).fill(1), row * columns);
  });
  const tokenCount = sequences.reduce((sum, sequence) => sum + sequence.tokens.length, 0);
  const hasBases = sequences.some((sequence) => sequence.lossBase !== undefined);
  const lossBases = Float32Array.from(sequences, (sequence) => sequence.lossBase ?? Math.E);
  const tokenLosses = new Map(
    sequences.flatMap(({ tokenLoss }, row) =>
      tokenLoss ? [[row * columns + tokenLoss.index, tokenLoss] as const] : [],
    ),
  );
  return {
    rows,
    columns,
    tokens,
    weights,
    tokenCount,
    ...(hasBases && { lossBases }),
    ...(tokenLosses.size > 0 && { tokenLosses }),
  };
}

/** Batches without end, each a function of its step alone, so that a resumed run sees what an uninterrupted one would. */
export interface BatchPlan {
  readonly batchesPerEpoch: number;
  batchAt(step: number): TokenBatch;
}

/**
 * Sequences of similar length in batches of about `tokensPerBatch` tokens, padding included; another seeded order of batches each epoch.
 * Sequences of one length keep a seeded order among themselves that stays the same.
 */
export function planBatches(options: {
  readonly sequences: readonly TrainingSequence[];
  readonly tokensPerBatch: number;
  readonly seed?: number;
}): BatchPlan {
  const { sequences, tokensPerBatch, seed = 0 } = options;
  if (sequences.length === 0) throw new SdmError('empty-input', 'planBatches: wanted at least one sequence');
  const groups = groupBySize(sequences, tokensPerBatch, seed);
  let orderedEpoch = -1;
  let order: Int32Array = new Int32Array();
  return {
    batchesPerEpoch: groups.length,
    batchAt(step) {
      const epoch = Math.floor(step / groups.length);
      if (epoch !== orderedEpoch) {
        order = derivedRandom(seed, epoch + 1).permutation(groups.length);
        orderedEpoch = epoch;
      }
      return createTokenBatch(groups[order[step % groups.length]!]!);
    },
  };
}

function groupBySize(sequences: readonly TrainingSequence[], tokensPerBatch: number, seed: number) {
  const shuffled = Array.from(createRandom(seed).permutation(sequences.length), (index) => sequences[index]!);
  const sorted = shuffled.sort((a, b) => a.tokens.length - b.tokens.length);
  const groups: TrainingSequence[][] = [[]];
  for (const sequence of sorted) {
    const group = groups.at(-1)!;
    if (group.length > 0 && (group.length + 1) * sequence.tokens.length > tokensPerBatch) groups.push([sequence]);
    else group.push(sequence);
  }
  return groups;
}
