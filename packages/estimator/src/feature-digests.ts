import { type Matrix, rowOf } from '@sdmjs/core';

/**
 * SHA-256 of each row's float32 numbers as little-endian bytes, −0 as 0: lowercase hex (`sha256-f32le-v1` of the model files).
 * Undefined where the platform has no Web Crypto (a page that is not served securely).
 */
export async function featureDigests(features: Matrix): Promise<string[] | undefined> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return undefined;
  const digests: string[] = [];
  for (let row = 0; row < features.rows; row++) {
    const hash = await subtle.digest('SHA-256', littleEndian(rowOf(features, row)));
    digests.push(Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return digests;
}

function littleEndian(values: Float32Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  // Adding 0 makes 0 of −0.
  values.forEach((value, i) => view.setFloat32(i * 4, value + 0, true));
  return view.buffer;
}
