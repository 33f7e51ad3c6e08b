import { open } from 'node:fs/promises';
import { SdmError, throwIfAborted } from '@sdmjs/core';
import { createTextRowReader, type TextRow, type TextRowOptions } from '../text-rows.js';
import { unreadable } from './unreadable.js';

export interface ReadTextRowsOptions extends TextRowOptions {
  readonly signal?: AbortSignal | undefined;
}

const PIECE_SIZE = 1 << 18;

/**
 * The rows of a file of JSON Lines with texts, some at a time: those of one piece of the file are in memory, and all ids. Throws as
 * `createTextRowReader` does, and `not-found`, `not-readable` or `aborted`.
 */
export async function* readTextRows(path: string, options: ReadTextRowsOptions = {}): AsyncGenerator<TextRow[]> {
  let rows: TextRow[] = [];
  const reader = createTextRowReader({ name: path, ...options }, (row) => void rows.push(row));
  for await (const piece of piecesOf(path)) {
    throwIfAborted(options.signal, 'readTextRows');
    reader.push(piece);
    if (rows.length > 0) yield rows;
    rows = [];
  }
  reader.finish();
  if (rows.length > 0) yield rows;
}

/** The bytes of a file in pieces, each there until the next is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const where = 'readTextRows';
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error, where);
  });
  try {
    if ((await file.stat()).isDirectory()) {
      throw new SdmError('bad-format', `${where}: ${path} is a folder; wanted a file of JSON Lines`);
    }
    const piece = new Uint8Array(PIECE_SIZE);
    const read = async () => {
      const { bytesRead } = await file.read(piece, 0, piece.length, null).catch((error: unknown) => {
        throw unreadable(path, error, where);
      });
      return bytesRead;
    };
    for (let size = await read(); size > 0; size = await read()) yield piece.subarray(0, size);
  } finally {
    await file.close();
  }
}
