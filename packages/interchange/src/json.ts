import { SdmError } from '@sdmjs/core';
import { parse, stringify } from 'lossless-json';

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
  try {
    const value = parse(text, null, parseNumber) as JsonValue;
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

/** How long `stringifyJson` makes a value with an indent of 2, at `depth` within another one; nothing is put together, so it may be longer than any string. */
export function indentedLength(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return stringifyJson(value).length;
  let length = 0;
  const add = (child: unknown, keyLength: number): void => {
    length += 2 * (depth + 1) + keyLength + indentedLength(child, depth + 1) + 2;
  };
  if (Array.isArray(value)) value.forEach((child) => add(child, 0));
  else
    Object.entries(value).forEach(([key, child]) => {
      if (child !== undefined) add(child, stringifyJson(key).length + 2);
    });
  // Two brackets, their line ends, and the comma that the last member lacks.
  return length === 0 ? 2 : length + 2 * depth + 2;
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
