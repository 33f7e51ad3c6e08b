import { type Matrix, type RowSource, rowSource } from '@sdmjs/core';

/**
 * SHA-256 of each row's float32 numbers as little-endian bytes, −0 as 0: lowercase hex (`sha256-f32le-v1` of the model files).
 * Undefined where the platform has no Web Crypto (a page that is not served securely).
 */
export async function featureDigests(features: Matrix | RowSource): Promise<string[] | undefined> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return undefined;
  const { rows, columns, row } = 'data' in features ? rowSource(features) : features;
  const digests = new Array<string>(rows);
  // Web Crypto copies what it is given, so all rows can share the bytes.
  const bytes = new DataView(new ArrayBuffer(4 * columns));
  for (let index = 0; index < rows; index++) {
    writeLittleEndian(row(index), bytes);
    digests[index] = hexOf(new Uint8Array(await subtle.digest('SHA-256', bytes)));
  }
  return digests;
}

function writeLittleEndian(values: Float32Array, bytes: DataView): void {
  // Adding 0 makes 0 of −0.
  for (let i = 0; i < values.length; i++) bytes.setFloat32(4 * i, values[i]! + 0, true);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => HEX[byte]).join('');
}
