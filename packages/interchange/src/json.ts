import { SdmError } from '@sdmjs/core';
import { stringify } from 'lossless-json';
import { parseJsonText } from './parse-json-text.js';

/** What JSON can hold. Integers beyond 2^53 are bigints, so that 64-bit seeds survive reading and writing. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Parses one JSON text. Refuses conflicting duplicate keys, keys that are equal under Unicode NFC, lone surrogates, reals that overflow,
 * and integers outside [−2^63, 2^64 − 1]. Throws `bad-format` with `where`.
 */
export function parseJson(text: string, where: string): JsonValue {
  if (text.startsWith('\ufeff')) {
    throw new SdmError('bad-format', `${where}: begins with a byte-order mark; save it as UTF-8 without one`);
  }
  try {
    const value = parseJsonText(text, {
      numberOf: parseNumber,
      areSame: (one, other) => stringifyJson(one) === stringifyJson(other),
    });
    requireSoundStrings(value);
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SdmError('bad-format', `${where}: not valid JSON here: ${reason}; take another copy of the file`, {
      cause: error,
    });
  }
}

/** JSON as the Python SDK accepts it: ASCII escapes, bigints in full, large reals as `1e+20`. Throws `not-finite` on NaN and infinities. */
export function stringifyJson(value: unknown, options: { readonly indent?: number } = {}): string {
  const text = stringify(value, null, options.indent, NUMBER_SPELLINGS) ?? 'null';
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Calls `add` with one piece of JSON after the other, indented by 2 from `depth` on: whole, the text may be longer than any string. */
export function spellJson(value: unknown, add: (piece: string) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) {
    add(stringifyJson(value));
    return;
  }
  const margin = `\n${' '.repeat(2 * depth)}`;
  const [start, end] = Array.isArray(value) ? '[]' : '{}';
  let mark = start;
  const spell = (name: string, child: unknown): void => {
    add(`${mark}${margin}  ${name}`);
    mark = ',';
    spellJson(child, add, depth + 1);
  };
  if (Array.isArray(value)) value.forEach((child) => spell('', child));
  else
    Object.entries(value).forEach(([key, child]) => {
      if (child !== undefined) spell(`${stringifyJson(key)}: `, child);
    });
  add(mark === start ? `${start}${end}` : `${margin}${end}`);
}

/** How long that is. */
export function indentedLength(value: unknown, depth = 0): number {
  let length = 0;
  const add = (piece: string): void => {
    length += piece.length;
  };
  spellJson(value, add, depth);
  return length;
}

/** How deep objects and arrays nest; a scalar inside an object is at depth 1. */
export function jsonDepth(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, 1 + jsonDepth(child));
  return deepest;
}

/** Numbers from here on would be printed as integers: beyond 53 bits, and from 2^64 on no reader takes them. */
const LARGEST_PLAIN_NUMBER = 2 ** 53;

const NUMBER_SPELLINGS = [
  { test: (value: unknown) => Object.is(value, -0), stringify: () => '-0.0' },
  {
    test: (value: unknown) => typeof value === 'number' && !(Math.abs(value) < LARGEST_PLAIN_NUMBER),
    stringify: large,
  },
];

function large(value: unknown): string {
  const number = Number(value);
  if (Number.isFinite(number)) return number.toExponential();
  throw new SdmError('not-finite', `stringifyJson: JSON has no ${number}; use null or leave the field out`);
}

function parseNumber(token: string): number | bigint {
  const value = Number(token);
  if (!/^-?\d+$/.test(token)) {
    if (Number.isFinite(value)) return value;
    throw new RangeError(`the number ${token} overflows`);
  }
  if (Number.isSafeInteger(value)) return value;
  const integer = BigInt(token);
  if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer;
  throw new RangeError(`the integer ${token} does not fit 64 bits`);
}

function requireSoundStrings(value: JsonValue): void {
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw new RangeError('a string has a lone surrogate');
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach(requireSoundStrings);
    return;
  }
  const seen = new Set<string>();
  for (const [key, child] of Object.entries(value)) {
    requireSoundStrings(key);
    const normalized = key.normalize('NFC');
    if (seen.has(normalized)) throw new RangeError(`the key ${JSON.stringify(key)} occurs twice under Unicode NFC`);
    seen.add(normalized);
    requireSoundStrings(child);
  }
}
