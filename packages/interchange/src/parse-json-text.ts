import type { JsonValue } from './json.js';

export interface JsonReading {
  /** The value of a number as it is spelled. */
  readonly numberOf: (spelled: string) => number | bigint;
  /** Whether two values that one object has under one key are the same. */
  readonly areSame: (one: JsonValue, other: JsonValue) => boolean;
}

/** A text that is being read. */
interface Reader extends JsonReading {
  readonly text: string;
  /** The next character. */
  at: number;
}

/**
 * Parses JSON with numbers of the caller's choice, and refuses two values under one key. Strings are taken whole by `JSON.parse`: lossless-json
 * puts them together letter by letter, which takes a kilobyte and more for each digest until all are read. Throws `SyntaxError`.
 */
export function parseJsonText(text: string, reading: JsonReading): JsonValue {
  const reader = { ...reading, text, at: 0 };
  const value = readValue(reader);
  if (reader.at < text.length) throw unexpected(reader, 'the end');
  return value;
}

function readValue(reader: Reader): JsonValue {
  skipBlanks(reader);
  const read = READERS.get(reader.text[reader.at]) ?? readScalar;
  const value = read(reader);
  skipBlanks(reader);
  return value;
}

const READERS = new Map<string | undefined, (reader: Reader) => JsonValue>([
  ['"', readString],
  ['[', readArray],
  ['{', readObject],
]);

function readScalar(reader: Reader): JsonValue {
  const { text, at, numberOf } = reader;
  NUMBER.lastIndex = at;
  const spelled = NUMBER.exec(text)?.[0];
  if (spelled !== undefined) {
    reader.at += spelled.length;
    return numberOf(spelled);
  }
  const found = WORDS.find(([word]) => text.startsWith(word, at));
  if (!found) throw unexpected(reader, 'a value');
  reader.at += found[0].length;
  return found[1];
}

function readString(reader: Reader): string {
  const { text, at: start } = reader;
  if (text[start] !== '"') throw unexpected(reader, 'a key in quotes');
  let end = start + 1;
  for (; text.charCodeAt(end) !== QUOTE; end++) {
    if (end >= text.length) throw unexpected({ ...reader, at: end }, 'the end of a string');
    if (text.charCodeAt(end) === BACKSLASH) end++;
  }
  reader.at = end + 1;
  return JSON.parse(text.slice(start, reader.at)) as string;
}

function readArray(reader: Reader): JsonValue[] {
  const items: JsonValue[] = [];
  readMembers(reader, ']', () => items.push(readValue(reader)));
  return items;
}

function readObject(reader: Reader): JsonValue {
  const object: Record<string, JsonValue> = {};
  readMembers(reader, '}', () => {
    skipBlanks(reader);
    const key = readString(reader);
    skipBlanks(reader);
    if (reader.text[reader.at] !== ':') throw unexpected(reader, 'a colon');
    reader.at++;
    const value = readValue(reader);
    const isNew = !Object.hasOwn(object, key);
    if (!isNew && !reader.areSame(object[key]!, value)) {
      throw new SyntaxError(`the key ${JSON.stringify(key)} occurs twice`);
    }
    // A plain assignment to `__proto__` would make no member.
    if (isNew) Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  });
  return object;
}

function readMembers(reader: Reader, end: string, readMember: () => void): void {
  reader.at++;
  skipBlanks(reader);
  if (reader.text[reader.at] === end) {
    reader.at++;
    return;
  }
  for (;;) {
    readMember();
    const mark = reader.text[reader.at];
    if (mark !== end && mark !== ',') throw unexpected(reader, `"," or "${end}"`);
    reader.at++;
    if (mark === end) return;
  }
}

function skipBlanks(reader: Reader): void {
  while (BLANKS.has(reader.text.charCodeAt(reader.at))) reader.at++;
}

function unexpected({ text, at }: Reader, wanted: string): SyntaxError {
  const found = at < text.length ? JSON.stringify(text[at]) : 'the end';
  return new SyntaxError(`wanted ${wanted} at character ${at}, found ${found}`);
}

const QUOTE = 34;
const BACKSLASH = 92;
/** Space, tab, and the two ends of a line. */
const BLANKS = new Set([32, 9, 10, 13]);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
