import { SdmError } from '@sdmjs/core';
import { concatBytes } from './json-lines.js';

/**
 * Little-endian float32 for the file `name`, one array after the other, no header. (Every platform that runs JavaScript today is little-endian.)
 * Throws `out-of-range` where that would be larger than any file may be.
 */
export function encodeFloat32(arrays: readonly Float32Array[], name: string): Uint8Array {
  const parts = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return concatBytes(parts, name);
}

/** The `count` numbers of a file, copied. Throws `bad-format` unless the size is exact, and `not-finite`. */
export function decodeFloat32(bytes: Uint8Array, count: number, name: string): Float32Array {
  if (bytes.length !== 4 * count) {
    throw new SdmError(
      'bad-format',
      `${name}: wanted ${4 * count} bytes (${count} float32), got ${bytes.length}; the file is cut off or of another model, take another copy`,
    );
  }
  const values = new Float32Array(bytes.slice().buffer);
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new SdmError('not-finite', `${name}: number ${index} is ${values[index]}; take another copy of the file`);
  }
  return values;
}
