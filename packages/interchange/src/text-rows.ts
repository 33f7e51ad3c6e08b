import { SdmError } from '@sdmjs/core';
import { decodeText } from './json-lines.js';
import { stringifyJson } from './json.js';
import { createRowScanner, duplicateId, isBlank } from './rows/read-row.js';
import { type JsonBytes, scanMembers, skipValue } from './rows/scan-members.js';
import { type LineSplitter, splitLines } from './rows/split-lines.js';

/** A row whose text has yet to be encoded. */
export interface TextRow {
  readonly id: string;
  readonly text: string;
  /** 1-based line of the source. */
  readonly line: number;
  /** All members but the embedding and its fingerprint, as the source spells them: `"id": "r1","label":0`. */
  readonly members: string;
}

export interface TextRowOptions {
  /** What messages call the source, e.g. its path. @default 'rows' */
  readonly name?: string | undefined;
  /** The member that holds the text. @default 'document' */
  readonly textField?: string | undefined;
}

/**
 * Reads JSON Lines that have texts: the rows of `createRowReader`, of which each needs a text and none its features. `onRow` gets one after the other;
 * ids alone stay in memory. Unsound rows throw `bad-format`, `empty-input` (a text of nothing but white space), `label-out-of-range` or `duplicate-id`.
 */
export function createTextRowReader(
  { name = 'rows', textField = 'document' }: TextRowOptions,
  onRow: (row: TextRow) => void,
): LineSplitter {
  const scan = createRowScanner([textField]);
  const seen = new Set<string>();
  const splitter = splitLines((line, number) => {
    if (isBlank(line)) return;
    const where = `${name}, line ${number}`;
    const { id, fields } = scan(line, where);
    if (seen.has(id)) throw duplicateId(id, where);
    seen.add(id);
    onRow({ id, text: textOf(fields[textField], textField, where), line: number, members: membersOf(line, where) });
  });
  return {
    push: splitter.push,
    finish() {
      splitter.finish();
      if (seen.size === 0) throw new SdmError('empty-input', `${name}: there is no row; write one JSON object a line`);
    },
  };
}

/** The row with its features, on a line: its members as they were, then the fingerprint and the embedding in the shortest decimals that give its float32 numbers. */
export function encodeEmbeddedRow({ members }: TextRow, fingerprint: string, features: Float32Array): string {
  const numbers = Array.from(features, shortestDecimal).join(',');
  return `{${members},"representationFingerprint":${stringifyJson(fingerprint)},"embedding":[${numbers}]}\n`;
}

function textOf(value: unknown, field: string, where: string): string {
  if (typeof value !== 'string') {
    const got = value === undefined ? 'missing' : `${JSON.stringify(value).slice(0, 60)}, which is no text`;
    throw new SdmError(
      'bad-format',
      `${where}: "${field}" is ${got}; give the row a text or name the member that holds it`,
    );
  }
  if (value.trim() !== '') return value;
  throw new SdmError('empty-input', `${where}: "${field}" is empty; leave the row out or say what stands for it`);
}

const REPLACED = ['embedding', 'representationFingerprint'];

function membersOf(line: JsonBytes, where: string): string {
  const kept: string[] = [];
  scanMembers(line, (key, at) => {
    const end = skipValue(line.bytes, at, line.end);
    if (!REPLACED.includes(key)) {
      const value = decodeText(line.bytes.subarray(at, end), where).trim();
      kept.push(`${JSON.stringify(key)}:${value}`);
    }
    return end;
  });
  return kept.join(',');
}

/** Nine digits tell all float32 numbers apart; most need fewer. */
function shortestDecimal(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}
