import { type FileHandle, open } from 'node:fs/promises';
import { SdmError, throwIfAborted } from '@sdmjs/core';
import { unreadable } from './unreadable.js';
import { createRowReader, type RowOptions, type Rows } from '../rows.js';

export interface ReadRowsOptions extends Omit<RowOptions, 'expectedRows'> {
  readonly signal?: AbortSignal | undefined;
  /** Hears the bytes read so far; `total` is 0 where it is not known (a pipe). */
  readonly onProgress?: ((progress: { readonly completed: number; readonly total: number }) => void) | undefined;
}

const PIECE_SIZE = 1 << 20;

/**
 * Reads a file of JSON Lines into one matrix; nothing else of it stays in memory but ids, labels and (unless told otherwise) texts.
 * A plain file is read twice, first to count its lines. Throws as `createRowReader` does, and `not-found`, `not-readable` or `aborted`.
 */
export async function readRows(path: string, options: ReadRowsOptions = {}): Promise<Rows> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error, 'readRows');
  });
  try {
    const status = await file.stat();
    if (status.isDirectory()) {
      throw new SdmError('bad-format', `readRows: ${path} is a folder; wanted a file of JSON Lines`);
    }
    const piece = new Uint8Array(PIECE_SIZE);
    const expectedRows = status.isFile() ? await countLines(file, piece, options.signal) : undefined;
    const reader = createRowReader({ name: path, ...options, expectedRows });
    let completed = 0;
    for (let size = await next(file, piece, status.isFile() ? 0 : null); size > 0; ) {
      throwIfAborted(options.signal, 'readRows');
      reader.push(piece.subarray(0, size));
      completed += size;
      options.onProgress?.({ completed, total: status.isFile() ? status.size : 0 });
      size = await next(file, piece, status.isFile() ? completed : null);
    }
    return reader.finish();
  } catch (error) {
    throw SdmError.is(error) ? error : unreadable(path, error, 'readRows');
  } finally {
    await file.close();
  }
}

/** At least as many as there are rows. */
async function countLines(file: FileHandle, piece: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
  let count = 1;
  let position = 0;
  for (let size = await next(file, piece, 0); size > 0; size = await next(file, piece, position)) {
    throwIfAborted(signal, 'readRows');
    const bytes = piece.subarray(0, size);
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
    position += size;
  }
  return count;
}

const NEWLINE = 10;

/** Bytes read into the piece; 0 at the end. A null position reads on where the last read ended, as pipes must. */
async function next(file: FileHandle, piece: Uint8Array, position: number | null): Promise<number> {
  return (await file.read(piece, 0, piece.length, position)).bytesRead;
}
