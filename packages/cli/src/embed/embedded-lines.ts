import type { Encoder } from '@sdmjs/adapters';
import { type Matrix, rowOf, SdmError } from '@sdmjs/core';
import { encodeEmbeddedRow, type TextRow } from '@sdmjs/interchange';
import type { Progress } from '../terminal/progress.js';

/** Rows encoded at a time: those are in memory with their features. */
const CHUNK_ROWS = 1024;

export interface Embedding {
  readonly encoder: Encoder;
  readonly rows: AsyncIterable<readonly TextRow[]>;
  /** How many there are; undefined where that is not known (a pipe). */
  readonly total: number | undefined;
  readonly batchSize: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How much has been done. */
export interface EmbeddingCounts {
  rows: number;
  fromCache: number;
  features: number;
}

/** The rows with their features, a chunk of lines at a time. Counts in `counts` while it goes. Throws what the encoder throws, and `shape-mismatch`. */
export async function* embeddedLines(embedding: Embedding, counts: EmbeddingCounts): AsyncGenerator<string> {
  const { encoder, rows, total, batchSize, progress, signal } = embedding;
  const { fingerprint } = encoder.representation;
  const rate = startRate(embedding, counts);
  try {
    for await (const chunk of chunksOf(rows)) {
      const before = { ...counts };
      const texts = chunk.map(({ text }) => text);
      const features = await encoder.encode(texts, {
        batchSize,
        signal,
        onProgress({ completed, fromCache = 0 }) {
          counts.rows = before.rows + completed;
          counts.fromCache = before.fromCache + fromCache;
          if (total !== undefined) progress.update(counts.rows, rate());
        },
      });
      requireWidth(features, counts);
      yield chunk.map((row, i) => encodeEmbeddedRow(row, fingerprint, rowOf(features, i))).join('');
    }
  } finally {
    progress.end();
  }
}

/** Texts a second and the time left, from what was encoded here: the cache says nothing about that. */
function startRate({ total }: Embedding, counts: EmbeddingCounts): () => { note: string; secondsLeft?: number } {
  const startedAt = performance.now();
  return () => {
    const { rows, fromCache } = counts;
    const rate = (rows - fromCache) / ((performance.now() - startedAt) / 1000);
    const known = fromCache > 0 ? `, ${fromCache} from the cache` : '';
    const note = `${rate.toPrecision(3)} texts/s${known}`;
    return rate > 0 && total !== undefined ? { note, secondsLeft: (total - rows) / rate } : { note };
  };
}

async function* chunksOf(groups: AsyncIterable<readonly TextRow[]>): AsyncGenerator<readonly TextRow[]> {
  const waiting: TextRow[] = [];
  for await (const group of groups) {
    waiting.push(...group);
    while (waiting.length >= CHUNK_ROWS) yield waiting.splice(0, CHUNK_ROWS);
  }
  if (waiting.length > 0) yield waiting;
}

/** A service may give rows of another width from one request to the next. */
function requireWidth({ columns }: Matrix, counts: EmbeddingCounts): void {
  if (counts.features === 0) counts.features = columns;
  if (columns === counts.features) return;
  const message = `sdm embed: the encoder gave rows of ${counts.features} features and then of ${columns}; encode all rows with one model`;
  throw new SdmError('shape-mismatch', message);
}
