import { SdmError } from '@sdmjs/core';
import type { JsonObject, JsonValue } from './json.js';

/** Inclusive bounds of a number. */
export interface Range {
  readonly least?: number;
  readonly most?: number;
}

/** Reads the members of one JSON object; every method throws `bad-format` and says where. */
export interface Fields {
  /** Where the object stands, e.g. `manifest.json: configuration`. */
  readonly where: string;
  /** Whether the member is there and not null. */
  has(key: string): boolean;
  /** A nonempty string. */
  text(key: string): string;
  textOrNull(key: string): string | null;
  flag(key: string): boolean;
  integer(key: string, range?: Range): number;
  /** A number that is finite also in float32. */
  number(key: string, range?: Range): number;
  /** An array of such numbers. */
  numbers(key: string, range?: Range): number[];
  array(key: string): readonly JsonValue[];
  object(key: string, keys?: KnownKeys): Fields;
  /** An object whose members are free. */
  freeObject(key: string): JsonObject;
}

/** All keys that an object may have. */
export interface KnownKeys {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** Throws `bad-format` unless `value` is an object with the known keys (any, without `keys`). */
export function fieldsOf(value: JsonValue | undefined, where: string, keys?: KnownKeys): Fields {
  const object = requireObject(value, where);
  if (keys) requireKeys(object, keys, where);
  const at = (key: string) => `${where}: "${key}"`;
  const numberAt = (key: string, range?: Range) => requireNumber(object[key], at(key), range);
  return {
    where,
    has: (key) => object[key] !== undefined && object[key] !== null,
    text: (key) => requireText(object[key], at(key)),
    textOrNull(key) {
      const member = object[key];
      if (member === null || typeof member === 'string') return member;
      throw badFormat(at(key), 'a string or null', member);
    },
    flag(key) {
      const member = object[key];
      if (typeof member === 'boolean') return member;
      throw badFormat(at(key), 'true or false', member);
    },
    integer(key, range) {
      const number = numberAt(key, range);
      if (!Number.isSafeInteger(number)) throw badFormat(at(key), 'an integer', number);
      return number;
    },
    number: numberAt,
    numbers: (key, range) => requireNumbers(object[key], at(key), range),
    array: (key) => requireArray(object[key], at(key)),
    object: (key, known) => fieldsOf(object[key], at(key), known),
    freeObject: (key) => requireObject(object[key], at(key)),
  };
}

/** A nonempty string, or `bad-format`. */
export function requireText(value: JsonValue | undefined, where: string): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw badFormat(where, 'a nonempty string', value);
}

/** An array of numbers that fit float32, or `bad-format`. */
export function requireNumbers(value: JsonValue | undefined, where: string, range?: Range): number[] {
  return requireArray(value, where).map((item) => requireNumber(item, where, range));
}

/** The error for a member that is not what the format says. */
export function badFormat(where: string, wanted: string, got: unknown): SdmError {
  const shown = typeof got === 'bigint' ? String(got) : (JSON.stringify(got) ?? 'nothing');
  const short = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  return new SdmError(
    'bad-format',
    `${where}: wanted ${wanted}, got ${short}; take another copy of the file or save the model again`,
  );
}

function requireObject(value: JsonValue | undefined, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !isArray(value)) return value;
  throw badFormat(where, 'an object', value);
}

function requireArray(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (isArray(value)) return value;
  throw badFormat(where, 'an array', value);
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function requireNumber(member: JsonValue | undefined, where: string, range: Range = {}): number {
  const { least = -Infinity, most = Infinity } = range;
  const value = typeof member === 'bigint' ? Number(member) : member;
  if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
    throw badFormat(where, 'a number that fits float32', value);
  }
  if (value < least || value > most) throw badFormat(where, `a number in [${least}, ${most}]`, value);
  return value;
}

function requireKeys(object: JsonObject, { required, optional = [] }: KnownKeys, where: string): void {
  const missing = required.find((key) => !Object.hasOwn(object, key));
  if (missing !== undefined) throw badFormat(`${where}: "${missing}"`, 'the key', undefined);
  const unknown = Object.keys(object).find((key) => !required.includes(key) && !optional.includes(key));
  if (unknown !== undefined) throw badFormat(where, `only the keys ${[...required, ...optional].join(', ')}`, unknown);
}
