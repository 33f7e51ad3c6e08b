import { createMatrix, type Matrix, SdmError } from '@sdmjs/core';
import { hurryCollection } from './collection.js';

/** A matrix of zeros that all threads see. Throws `out-of-range` or `out-of-memory`. */
export function createSharedRows(rows: number, columns: number): Matrix {
  return createMatrix(rows, columns, new Float32Array(sharedBuffer(Math.max(0, 4 * rows * columns))));
}

/** Whether other threads see these rows, too. */
export function isShared({ data }: Matrix): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer;
}

function sharedBuffer(byteCount: number): SharedArrayBuffer {
  // Unlike other memory, shared memory does not make V8 collect.
  hurryCollection(byteCount);
  try {
    return new SharedArrayBuffer(byteCount);
  } catch (cause) {
    throw new SdmError('out-of-memory', `no room for ${byteCount} bytes of rows; use fewer`, { cause });
  }
}
