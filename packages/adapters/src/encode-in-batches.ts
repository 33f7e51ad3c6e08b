import {
  createMatrix,
  createPause,
  type Matrix,
  requireColumns,
  requireFinite,
  SdmError,
  throwIfAborted,
} from '@sdmjs/core';
import type { EncodeOptions } from './encoder.js';

/** What encodes one batch, and how large it is by default. */
export interface BatchEncoder {
  /** Name for error messages. */
  readonly where: string;
  readonly batchSize: number;
  encodeBatch(texts: readonly string[], signal: AbortSignal | undefined): Promise<Matrix>;
}

/** Encodes texts batch by batch and keeps the promises of `Encoder.encode`: what it checks, what it tells, when it stops. */
export async function encodeInBatches(
  { where, encodeBatch, ...defaults }: BatchEncoder,
  texts: readonly string[],
  { batchSize = defaults.batchSize, onProgress, signal }: EncodeOptions = {},
): Promise<Matrix> {
  requireBatchSize(batchSize, where);
  requireTexts(texts, where);
  const pause = createPause();
  let features = createMatrix(0, 0);
  for (let start = 0; start < texts.length; start += batchSize) {
    throwIfAborted(signal, where);
    const batch = texts.slice(start, start + batchSize);
    const rows = await encodeBatch(batch, signal);
    if (rows.rows !== batch.length) {
      throw new SdmError('shape-mismatch', `${where}: wanted ${batch.length} rows, one a text, got ${rows.rows}`);
    }
    if (start === 0) features = createMatrix(texts.length, rows.columns);
    requireColumns(rows, features.columns, `${where}: texts ${start} and later`);
    requireFinite(rows, `${where}: texts ${start} and later`);
    features.data.set(rows.data, start * features.columns);
    onProgress?.({ completed: start + batch.length, total: texts.length });
    await pause();
  }
  throwIfAborted(signal, where);
  return features;
}

/** Throws `out-of-range` unless it is a whole number from 1. */
export function requireBatchSize(batchSize: number, where: string): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return;
  throw new SdmError('out-of-range', `${where}: wanted a batchSize >= 1, got ${batchSize}`);
}

/** Throws `empty-input` and names the first text that says nothing: encoders give such texts numbers that mean nothing. */
export function requireTexts(texts: readonly string[], where: string): void {
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty < 0) return;
  throw new SdmError('empty-input', `${where}: text ${empty} is empty; leave it out or say what stands for it`);
}
