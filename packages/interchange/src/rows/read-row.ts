import { OUT_OF_DISTRIBUTION, SdmError, UNLABELED } from '@sdmjs/core';
import { decodeText } from '../json-lines.js';
import { type NumberBuffer, parseNumbers } from './parse-numbers.js';
import { type JsonBytes, scanMembers, skipValue } from './scan-members.js';

/** The two vectors that a row may hold. */
export const VECTOR_NAMES = ['embedding', 'attributes'] as const;
export type VectorName = (typeof VECTOR_NAMES)[number];

/** What one line says, before it is held against the others. */
export interface ScannedRow {
  readonly id: string;
  /** −1 when the line has none. */
  readonly label: number;
  readonly hasLabel: boolean;
  readonly vectors: Readonly<Record<VectorName, NumberBuffer | undefined>>;
  readonly fingerprint: string | undefined;
  readonly document: string | undefined;
  /** Members that were asked for by name. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads lines with buffers of its own: the vectors of a row are there until the next one is read. */
export function createRowScanner(keptFields: readonly string[]) {
  const buffers: Record<VectorName, NumberBuffer> = {
    embedding: { values: new Float32Array(0), count: 0 },
    attributes: { values: new Float32Array(0), count: 0 },
  };

  /** Throws `bad-format`, `not-finite` or `label-out-of-range`, beginning with `where`. */
  return (line: JsonBytes, where: string): ScannedRow => {
    const vectors: Record<VectorName, NumberBuffer | undefined> = { embedding: undefined, attributes: undefined };
    const members = new Map<string, string>();
    const isObject = scanMembers(line, (key, at) => {
      if (key === 'embedding' || key === 'attributes') {
        vectors[key] = buffers[key];
        const end = line.bytes[at] === OPEN_ARRAY ? parseNumbers(line.bytes, at, buffers[key]) : -1;
        if (end >= 0 && end <= line.end) return end;
      }
      const end = skipValue(line.bytes, at, line.end);
      const text = decodeText(line.bytes.subarray(Math.min(at, end), end), where);
      if (key === 'embedding' || key === 'attributes') refuseVector(text, key, where);
      members.set(key, text);
      return end;
    });
    if (!isObject) refuseLine(line, where);
    return rowOf({ members, vectors, keptFields, where });
  };
}

const OPEN_ARRAY = 91;

interface RowParts {
  readonly members: ReadonlyMap<string, string>;
  readonly vectors: ScannedRow['vectors'];
  readonly keptFields: readonly string[];
  readonly where: string;
}

function rowOf({ members, vectors, keptFields, where }: RowParts): ScannedRow {
  const values = new Map(Array.from(members, ([key, text]) => [key, parseLeniently(text, `${where}: "${key}"`)]));
  const id = values.get('id');
  if (typeof id !== 'string' || id === '') {
    throw badRow(where, '"id"', 'a nonempty string', id, 'give every row an id of its own');
  }
  const document = values.get('document');
  return {
    id,
    label: labelOf(members.get('label'), where),
    hasLabel: members.has('label'),
    vectors,
    fingerprint: fingerprintOf(values, where),
    document: typeof document === 'string' ? document : undefined,
    fields: Object.fromEntries(keptFields.map((name) => [name, values.get(name)])),
  };
}

/** The label as an integer in JSON's own spelling: `1.0` and `true` are none. */
function labelOf(text: string | undefined, where: string): number {
  if (text === undefined) return UNLABELED;
  const token = text.trim();
  if (!/^-?\d+$/.test(token)) {
    throw badRow(where, '"label"', 'an integer', undefined, 'leave the label out where it is not known', token);
  }
  const label = Number(token);
  if ((label >= 0 && label < 2 ** 31) || label === UNLABELED || label === OUT_OF_DISTRIBUTION) return label;
  throw new SdmError(
    'label-out-of-range',
    `${where}: "label" is ${token}; wanted a class >= 0, ${UNLABELED} (unlabeled) or ${OUT_OF_DISTRIBUTION} (of no class)`,
  );
}

/** The row's own word for its features, or the one in its metadata. */
function fingerprintOf(values: ReadonlyMap<string, unknown>, where: string): string | undefined {
  const metadata = values.get('metadata');
  if (values.has('metadata') && (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))) {
    throw badRow(where, '"metadata"', 'an object', metadata, 'leave it out where there is none');
  }
  const legacy = (metadata as Record<string, unknown> | undefined)?.['representationFingerprint'];
  const key = 'representationFingerprint';
  const given = values.has(key) ? values.get(key) : legacy;
  if (given === undefined) return undefined;
  if (typeof given === 'string' && given.trim() !== '') return given;
  throw badRow(where, `"${key}"`, 'a string that is not blank', given, 'leave it out where it is not known');
}

/** JSON as Python's reader takes it: the last of equal keys wins, and NaN and infinities pass where nobody looks at them. */
function parseLeniently(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const tolerant = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : `${token.startsWith('-') ? '-' : ''}1e999`,
    );
    if (tolerant !== text) return parseLeniently(tolerant, where);
    throw notJson(where, error);
  }
}

/** Says why a vector could not be read. */
function refuseVector(text: string, name: VectorName, where: string): never {
  const value = parseLeniently(text, `${where}: "${name}"`);
  const mend = 'give a flat list of finite numbers';
  if (!Array.isArray(value)) throw badRow(where, `"${name}"`, 'a list of numbers', value, mend);
  const index = value.findIndex((item) => typeof item !== 'number' || !Number.isFinite(Math.fround(item)));
  const item: unknown = value[index];
  if (typeof item === 'number') {
    throw new SdmError(
      'not-finite',
      `${where}: number ${index} of "${name}" is not finite in float32; remove or repair the row`,
    );
  }
  throw badRow(where, `item ${index} of "${name}"`, 'a number', item, mend);
}

function refuseLine({ bytes, start, end }: JsonBytes, where: string): never {
  if (BYTE_ORDER_MARK.every((byte, i) => bytes[start + i] === byte)) {
    throw new SdmError('bad-format', `${where}: begins with a byte-order mark; save it as UTF-8 without one`);
  }
  const value = parseLeniently(decodeText(bytes.subarray(start, end), where), where);
  throw badRow(where, 'the line', 'one JSON object', value, 'write one row a line');
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function notJson(where: string, error: unknown): SdmError {
  const given = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
  // The engine quotes the line as it is; a terminal shall show a NUL, not get one.
  const reason = given.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return new SdmError('bad-format', `${where}: not valid JSON: ${reason}; write one JSON object a line`, {
    cause: error,
  });
}

function badRow(where: string, ...[what, wanted, got, mend, token]: RowFault): SdmError {
  const shown = token ?? JSON.stringify(got) ?? 'nothing';
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  return new SdmError('bad-format', `${where}: ${what}: wanted ${wanted}, got ${short}; ${mend}`);
}

type RowFault = [what: string, wanted: string, got: unknown, mend: string, token?: string];

/** Whether a line holds nothing but white space; NUL, which a disk leaves where it lost what was written, is none. */
export function isBlank({ bytes, start, end }: JsonBytes): boolean {
  for (let i = start; i < end; i++) if (!isWhiteSpace(bytes[i]!)) return false;
  return true;
}

/** Tab, the ends of lines and pages, and the space. */
const isWhiteSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

export function duplicateId(id: string, where: string): SdmError {
  return new SdmError(
    'duplicate-id',
    `${where}: id ${JSON.stringify(id)} occurs before; give every row an id of its own`,
  );
}
