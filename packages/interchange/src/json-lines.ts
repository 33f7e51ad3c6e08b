import { SdmError } from '@sdmjs/core';
import { type JsonValue, parseJson, stringifyJson } from './json.js';

/** One line of a JSON Lines file, and where it stands. */
export interface JsonLine {
  readonly value: JsonValue;
  /** e.g. `support.jsonl, line 3` */
  readonly where: string;
}

/** Reads line after line; `\n`, `\r\n` and a lone `\r` end a line, and the last may lack its end. Throws `bad-format`, also at a blank line. */
export function* decodeJsonLines(bytes: Uint8Array, name: string): Generator<JsonLine> {
  for (let start = 0, line = 1; start < bytes.length; line++) {
    let end = start;
    while (end < bytes.length && bytes[end] !== NEWLINE && bytes[end] !== RETURN) end++;
    const where = `${name}, line ${line}`;
    yield { value: parseJson(decodeText(bytes.subarray(start, end), where), where), where };
    start = end + (bytes[end] === RETURN && bytes[end + 1] === NEWLINE ? 2 : 1);
  }
}

/** Compact JSON, one value a line, for the file `name`. Throws `out-of-range` where that would be larger than any file may be. */
export function encodeJsonLines(values: Iterable<unknown>, name: string): Uint8Array {
  return encodePieces((add) => {
    for (const value of values) add(`${stringifyJson(value)}\n`);
  }, name);
}

/**
 * A text for the file `name` that `spell` adds piece by piece: whole, it would take many times its length while it is put together. Throws
 * `out-of-range` where it would be larger than any file may be.
 */
export function encodePieces(spell: (add: (piece: string) => void) => void, name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let text = '';
  spell((piece) => {
    text += piece;
    if (text.length < PART_LENGTH) return;
    parts.push(encoder.encode(text));
    text = '';
  });
  return concatBytes([...parts, encoder.encode(text)], name);
}

/** An array for each line would take several times the memory of short lines. */
const PART_LENGTH = 2 ** 16;

/** UTF-8 without a byte-order mark, or `bad-format`. */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new SdmError('bad-format', `${where}: not UTF-8 text; take another copy of the file`, { cause });
  }
}

/** Bytes of a file: Node 20 reads no more at once, and Web Crypto digests no more. */
export const LARGEST_FILE = 2 ** 31 - 1;

/** All parts of the file `name` in one array. Throws `out-of-range` where that would be larger than any file may be. */
export function concatBytes(parts: readonly Uint8Array[], name: string): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > LARGEST_FILE) {
    throw new SdmError(
      'out-of-range',
      `${name}: wanted at most ${LARGEST_FILE} bytes, got ${length}; take fewer rows, smaller representations or no texts`,
    );
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const NEWLINE = 10;
const RETURN = 13;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
