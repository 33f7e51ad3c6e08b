import { createPause, SdmError, throwIfAborted } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayerCache } from './attention.js';
import { chooseToken, type Sampling } from './choose-token.js';
import { type DecodedTokens, decodeStep, prefill } from './decoder.js';
import { derivedRandom } from './derived-random.js';
import { type PaddedBatch, padIntoBatches } from './padded-batches.js';
import { allowedColumns, logProbabilityOf, type TokenPart, type TokenSource, tokenParts } from './token-head.js';

/** What a constraint sees of a row. */
export interface GenerationRow {
  /** Place among the prompts. */
  readonly index: number;
  readonly prompt: ArrayLike<number>;
  /** Tokens generated so far. */
  readonly generated: readonly number[];
}

export interface GenerateTokensOptions extends Sampling, TokenSource {
  /** Token ids; lengths may differ. */
  readonly prompts: readonly ArrayLike<number>[];
  readonly maxNewTokens: number;
  /** A row ends with the first of these. */
  readonly stopTokens?: readonly number[];
  /** The tokens that may come next in a row: undefined for all, an empty list to end the row. */
  readonly allowedTokens?: (row: GenerationRow) => readonly number[] | undefined;
  /** Chance of each row depends on this and its entry in `chanceIndices` only. @default 0 */
  readonly seed?: number;
  /** `[prompts]` which of the seed's streams of chance each row draws from. @default its place among the prompts */
  readonly chanceIndices?: readonly number[];
  /** @default 256 */
  readonly batchSize?: number;
  /** Hears each token when it is chosen; it is the last of `generated`. */
  readonly onToken?: (row: GenerationRow) => void;
  readonly onProgress?: (progress: { readonly completed: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** What was generated for one prompt. */
export interface GeneratedTokens {
  /** Without the prompt; a stop token, when met, is the last. */
  readonly tokens: readonly number[];
  /** ln of each token's probability among all tokens at temperature 1, also where the choice was constrained. */
  readonly logProbabilities: readonly number[];
  readonly finishReason: 'stop' | 'length' | 'context' | 'nothing-allowed';
}

/**
 * Continues prompts, batched, with cached keys and values. Throws `context-exceeded` for a prompt longer than the context, `empty-input` for an
 * empty one, `aborted` between steps. An answer that fills the context ends with reason `context`.
 */
export async function generateTokens(options: GenerateTokensOptions): Promise<GeneratedTokens[]> {
  const { decoder, prompts, batchSize = 256 } = options;
  checkSampling(options);
  const limits = { ...decoder.config, where: 'generateTokens' };
  const results: GeneratedTokens[] = [];
  let completed = 0;
  for (const batch of padIntoBatches(prompts, batchSize, limits)) {
    const rows = batch.indices.map((index) => createRow(options, index));
    await generateBatch(options, batch, rows);
    for (const { index, generated, logProbabilities, finishReason } of rows) {
      results[index] = { tokens: generated, logProbabilities, finishReason: finishReason ?? 'length' };
    }
    completed += rows.length;
    options.onProgress?.({ completed, total: prompts.length });
  }
  return results;
}

type Row = ReturnType<typeof createRow>;

function createRow({ prompts, seed = 0, chanceIndices }: GenerateTokensOptions, index: number) {
  return {
    index,
    prompt: prompts[index]!,
    generated: [] as number[],
    logProbabilities: [] as number[],
    finishReason: undefined as GeneratedTokens['finishReason'] | undefined,
    random: derivedRandom(seed, chanceIndices?.[index] ?? index),
  };
}

/** Fills `rows`: one pass over the prompts, then one token a row and step. Rows that have ended go along unread. */
async function generateBatch(options: GenerateTokensOptions, batch: PaddedBatch, rows: Row[]): Promise<void> {
  const { maxNewTokens, signal } = options;
  const parts = tokenParts(options);
  const pause = createPause();
  let { logits, caches } = firstLogits(parts, batch, rows);
  try {
    for (let step = 0; step < maxNewTokens; step++) {
      throwIfAborted(signal, 'generateTokens');
      takeTokens(options, rows, (await logits.data()) as Float32Array);
      if (step + 1 === maxNewTokens || rows.every((row) => row.finishReason)) return;
      const past = { logits, caches };
      ({ logits, caches } = nextLogits({ parts, past: caches }, batch, rows));
      disposeStep(past);
      await pause();
    }
  } finally {
    disposeStep({ logits, caches });
  }
}

/** Logits of all parts side by side, and what each part needs of the tokens so far. */
type StepResult = { logits: tf.Tensor2D; caches: LayerCache[][] };

function disposeStep({ logits, caches }: StepResult): void {
  tf.dispose([logits, caches]);
}

/** Runs every part, and joins what comes of them. */
function runParts(parts: readonly TokenPart[], run: (part: TokenPart, index: number) => DecodedTokens): StepResult {
  const results = parts.map((part, index) => {
    const { rows, caches } = run(part, index);
    return { logits: part.head(rows), caches };
  });
  const logits = results.map((result) => result.logits);
  return {
    logits: logits.length === 1 ? logits[0]! : tf.concat(logits, 1),
    caches: results.map(({ caches }) => caches),
  };
}

/** Token logits after the last token of each prompt. */
function firstLogits(parts: readonly TokenPart[], batch: PaddedBatch, rows: readonly Row[]): StepResult {
  return tf.tidy(() => {
    const tokens = tf.tensor2d(batch.tokens, [batch.rows, batch.columns], 'int32');
    const lastPlaces = rows.map((row, i) => i * batch.columns + row.prompt.length - 1);
    const places = tf.tensor1d(lastPlaces, 'int32');
    return runParts(parts, ({ decoder }) => {
      const prompt = prefill(decoder, tokens);
      return { rows: tf.gather(prompt.rows, places), caches: prompt.caches }; // [rows, width]
    });
  });
}

/** Token logits after each row's newest token, which stands in the slot after all others whatever its position. */
function nextLogits(
  { parts, past }: { parts: readonly TokenPart[]; past: LayerCache[][] },
  batch: PaddedBatch,
  rows: readonly Row[],
): StepResult {
  return tf.tidy(() => {
    const lastPosition = parts[0]!.decoder.config.contextLength - 1; // rows that have ended stay within the tables
    const step = {
      tokens: tf.tensor1d(
        rows.map((row) => row.generated.at(-1) ?? 0),
        'int32',
      ),
      positions: tf.tensor1d(
        rows.map((row) => Math.min(row.prompt.length + row.generated.length - 1, lastPosition)),
        'int32',
      ),
      mask: slotMask(batch, rows, past[0]![0]!.keys.shape[2] + 1),
    };
    return runParts(parts, ({ decoder }, index) => decodeStep(decoder, { ...step, past: past[index]! }));
  });
}

/** `[rows, 1, 1, slots]`: hides the slots of prompt padding. */
function slotMask(batch: PaddedBatch, rows: readonly Row[], slots: number): tf.Tensor4D {
  const mask = new Float32Array(batch.rows * slots);
  rows.forEach((row, i) => {
    mask.fill(-1e9, i * slots + row.prompt.length, i * slots + batch.columns);
  });
  return tf.tensor4d(mask, [batch.rows, 1, 1, slots]);
}

/** Chooses the next token of every row that has not ended. `logits` `[rows, columns of the head]` */
function takeTokens(options: GenerateTokensOptions, rows: readonly Row[], logits: Float32Array): void {
  const { vocabularySize, contextLength } = options.decoder.config;
  const columns = logits.length / rows.length;
  rows.forEach((row, i) => {
    if (row.finishReason) return;
    const allowed = options.allowedTokens?.(row);
    if (allowed?.length === 0) row.finishReason = 'nothing-allowed';
    else if (row.prompt.length + row.generated.length >= contextLength) row.finishReason = 'context';
    if (row.finishReason) return;
    const rowLogits = logits.subarray(i * columns, (i + 1) * columns);
    const choices = allowedColumns(allowed, vocabularySize, columns);
    const column = chooseToken(rowLogits, choices, { ...options, random: row.random });
    const token = columns === vocabularySize ? column : column % vocabularySize;
    row.generated.push(token);
    row.logProbabilities.push(finiteLogProbability(rowLogits, token, { index: row.index, vocabularySize }));
    options.onToken?.(row);
    if (options.stopTokens?.includes(token)) row.finishReason = 'stop';
  });
}

function finiteLogProbability(
  logits: Float32Array,
  token: number,
  { index, vocabularySize }: { index: number; vocabularySize: number },
): number {
  const logProbability = logProbabilityOf(logits, token, vocabularySize);
  if (Number.isFinite(logProbability)) return logProbability;
  throw new SdmError(
    'not-finite',
    `generateTokens: token ${token} of prompt ${index} has log-probability ${logProbability}; the weights or the allowed tokens are wrong`,
  );
}

function checkSampling({ temperature = 0, topP = 1, maxNewTokens }: GenerateTokensOptions): void {
  if (temperature >= 0 && topP > 0 && topP <= 1 && maxNewTokens >= 0) return;
  throw new SdmError(
    'out-of-range',
    `generateTokens: wanted temperature >= 0, topP in (0, 1] and maxNewTokens >= 0, got ${temperature}, ${topP} and ${maxNewTokens}`,
  );
}
