import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { SdmError, sha256Hex } from '@sdmjs/core';

const DIGEST_LENGTH = 64;

/** The row in a cache file, or undefined where there is none or not the one that was written. */
export async function readEntry(path: string): Promise<Float32Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length <= DIGEST_LENGTH || (bytes.length - DIGEST_LENGTH) % 4 !== 0)
    return undefined;
  const content = Uint8Array.from(bytes.subarray(DIGEST_LENGTH));
  if ((await sha256Hex(content)) !== bytes.toString('latin1', 0, DIGEST_LENGTH)) return undefined;
  return new Float32Array(littleEndian(content).buffer);
}

/** Writes a row after the SHA-256 of its bytes; whoever reads meanwhile sees the old file or the new one. Throws `not-writable`. */
export async function writeEntry(path: string, row: Float32Array): Promise<void> {
  const content = littleEndian(Uint8Array.from(new Uint8Array(row.buffer, row.byteOffset, row.byteLength)));
  const temporary = `${path}.${randomUUID()}`;
  try {
    // Not flushed to the disk: what a power cut damages is found by its digest and made again.
    await writeFile(temporary, Buffer.concat([Buffer.from(await sha256Hex(content), 'latin1'), content]));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cacheEncoder: cannot write ${path}: ${reason}; make room or choose another folder`;
    throw new SdmError('not-writable', message, { cause });
  }
}

/** The same bytes, swapped in fours where this machine orders them the other way. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32();
  return bytes;
}
