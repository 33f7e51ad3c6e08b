import { skipSpace } from './parse-numbers.js';

/** Bytes that hold one JSON value and nothing else but white space. */
export interface JsonBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Walks over the members of a JSON object. `visit` gets each key and the place where its value begins and returns the place after the value.
 * Returns whether the bytes have the form of an object; what stands inside the values is for `visit` to check.
 */
export function scanMembers({ bytes, start, end }: JsonBytes, visit: (key: string, at: number) => number): boolean {
  // Bytes beyond the end belong to other lines: white space there must lead nowhere.
  const isAt = (place: number, byte: number) => place < end && bytes[place] === byte;
  let at = skipSpace(bytes, start);
  if (!isAt(at, OPEN_OBJECT)) return false;
  at = skipSpace(bytes, at + 1);
  if (isAt(at, CLOSE_OBJECT)) return skipSpace(bytes, at + 1) >= end;
  while (isAt(at, QUOTE)) {
    const keyEnd = skipValue(bytes, at, end);
    const key = stringAt(bytes, at, keyEnd);
    at = skipSpace(bytes, keyEnd);
    if (key === undefined || !isAt(at, COLON)) return false;
    at = skipSpace(bytes, visit(key, skipSpace(bytes, at + 1)));
    if (isAt(at, CLOSE_OBJECT)) return skipSpace(bytes, at + 1) >= end;
    if (!isAt(at, COMMA)) return false;
    at = skipSpace(bytes, at + 1);
  }
  return false;
}

/** The place after the value that begins at `at`, by its quotes and brackets alone; at most `end`. */
export function skipValue(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i = closingQuote(bytes, i + 1, end);
      if (depth === 0 && bytes[at] === QUOTE) return Math.min(i + 1, end);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth++;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && byte === COMMA) {
      return i;
    }
  }
  return end;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

function closingQuote(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** The string whose quotes stand at both ends; undefined where it is none. */
function stringAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  for (let i = start + 1; i < end - 1; i++) {
    const byte = bytes[i]!;
    if (byte < 32 || byte > 126 || byte === BACKSLASH) return parsedString(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return bytes[end - 1] === QUOTE && end > start + 1 ? text : undefined;
}

function parsedString(bytes: Uint8Array): string | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as string;
  } catch {
    return undefined;
  }
}
