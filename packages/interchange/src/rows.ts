import {
  createMatrix,
  type Example,
  exampleAt,
  type Matrix,
  OUT_OF_DISTRIBUTION,
  SdmError,
  UNLABELED,
} from '@sdmjs/core';
import {
  createRowScanner,
  duplicateId,
  isBlank,
  type ScannedRow,
  VECTOR_NAMES,
  type VectorName,
} from './rows/read-row.js';
import type { JsonBytes } from './rows/scan-members.js';
import { type LineSplitter, splitLines } from './rows/split-lines.js';

/** Which vectors of a row become its features; `auto` takes what the row has, embedding first. */
export type Composition = 'auto' | VectorName | 'embedding+attributes';

/** The names of all compositions. */
export const COMPOSITIONS: readonly Composition[] = ['auto', 'embedding', 'attributes', 'embedding+attributes'];

export interface RowOptions {
  /** What messages call the source, e.g. its path. @default 'rows' */
  readonly name?: string | undefined;
  /** @default 'auto' */
  readonly composition?: Composition | undefined;
  /** Features a row must have. @default those of the first row */
  readonly featureCount?: number | undefined;
  /** Labels must be below it. */
  readonly classCount?: number | undefined;
  /** Refuses rows without a known class. @default false */
  readonly requireLabels?: boolean | undefined;
  /** Every declared fingerprint must be this one. */
  readonly fingerprint?: string | undefined;
  /** @default true */
  readonly keepDocuments?: boolean | undefined;
  /** Takes rows that have a text (`document`) and no vector, too, for what needs no features. @default false */
  readonly takeTexts?: boolean | undefined;
  /** Other members of the rows to keep, by name. @default none */
  readonly keepFields?: readonly string[] | undefined;
  /** How many rows to make room for; more may come. @default 1024 */
  readonly expectedRows?: number | undefined;
}

/** Rows of JSON Lines, column by column. */
export interface Rows {
  readonly ids: readonly string[];
  /** `[rows]` class, −1 (unlabeled) or −99 (of no class). */
  readonly labels: Int32Array;
  /** `[rows, D]`; with `takeTexts` of the rows that have features, one after the other, and D is 0 where none has. */
  readonly features: Matrix;
  /** `[rows]` With `takeTexts`: where the features of each row are in `features`, −1 for a row that has none. */
  readonly featureRows?: Int32Array;
  /** Texts of the rows; empty when they were not kept. */
  readonly documents: readonly (string | undefined)[];
  /** The members that `keepFields` named, a record a row; empty when none was. */
  readonly fields: readonly Readonly<Record<string, unknown>>[];
  /** `[rows]` 1-based lines of the source. */
  readonly lines: Int32Array;
  /** What the rows say their features are; undefined when none says. */
  readonly fingerprint: string | undefined;
}

/** Takes a source piece by piece, so that no more of it than a line is in memory beside what comes out. */
export interface RowReader {
  /** Throws the `SdmError` of the first unsound row, which begins with the name of the source and the line. */
  push(piece: Uint8Array): void;
  /** Throws `empty-input` without a row. */
  finish(): Rows;
}

/**
 * Reads JSON Lines as reexpress-sdm 0.4.8 reads them: `id`, `label`, `embedding`, `attributes`, `representationFingerprint`, blank lines skipped.
 * Unsound rows throw `bad-format`, `not-finite`, `shape-mismatch`, `label-out-of-range`, `duplicate-id` or `fingerprint-mismatch`.
 */
export function createRowReader(options: RowOptions = {}): RowReader {
  const { name = 'rows', composition = 'auto', keepDocuments = true, takeTexts = false, keepFields = [] } = options;
  const scan = createRowScanner(keepFields);
  const seen = new Set<string>();
  const ids: string[] = [];
  const labels: number[] = [];
  const documents: (string | undefined)[] = [];
  const fields: Readonly<Record<string, unknown>>[] = [];
  const lines: number[] = [];
  const featureRows: number[] = [];
  const features = createFeatureStore(options.featureCount, options.expectedRows);
  let fingerprint: string | undefined;

  function take(line: JsonBytes, number: number): void {
    if (isBlank(line)) return;
    const where = `${name}, line ${number}`;
    const row = scan(line, where);
    if (seen.has(row.id)) throw duplicateId(row.id, where);
    requireLabel(row, options, where);
    if (row.fingerprint !== undefined) {
      const wanted = options.fingerprint ?? fingerprint;
      requireFingerprint(row.fingerprint, { wanted, isGiven: options.fingerprint !== undefined, where });
      fingerprint = row.fingerprint;
    }
    if (!takeTexts) features.add(row, composition, where);
    else featureRows.push(hasOnlyText(row, where) ? -1 : features.add(row, composition, where));
    seen.add(row.id);
    ids.push(row.id);
    labels.push(row.label);
    lines.push(number);
    if (keepDocuments) documents.push(row.document);
    if (keepFields.length > 0) fields.push(row.fields);
  }

  const splitter: LineSplitter = splitLines(take);
  return {
    push: splitter.push,
    finish() {
      splitter.finish();
      if (ids.length === 0) throw new SdmError('empty-input', `${name}: there is no row; write one JSON object a line`);
      const columns = { labels: Int32Array.from(labels), lines: Int32Array.from(lines) };
      const places = takeTexts && { featureRows: Int32Array.from(featureRows) };
      return { ids, ...columns, features: features.matrix(), ...places, documents, fields, fingerprint };
    },
  };
}

/** The rows as examples; their features are views into the matrix. */
export function examplesOf(rows: Rows): Example[] {
  return rows.ids.map((_, i) => exampleAt(rows, i));
}

/** One growing array for the features of all rows. Memory that is reserved and not used costs nothing until it is written. */
function createFeatureStore(wantedColumns: number | undefined, expectedRows = 1024) {
  let columns = wantedColumns;
  let count = 0;
  let data = new Float32Array(0);

  function makeRoom(width: number): void {
    if ((count + 1) * width <= data.length) return;
    const larger = new Float32Array(Math.max(expectedRows, Math.ceil(1.5 * count), 1) * width);
    larger.set(data);
    data = larger;
  }

  return {
    /** Returns the place of the features among those of the rows that have some. */
    add(row: ScannedRow, composition: Composition, where: string): number {
      const parts = partsOf(row, composition, where);
      const width = parts.reduce((sum, part) => sum + part.count, 0);
      if (width !== (columns ?? width)) {
        const origin = wantedColumns === undefined ? 'the rows before have' : 'wanted';
        const found = parts.length === 2 ? 'embedding and attributes have' : 'it has';
        throw new SdmError(
          'shape-mismatch',
          `${where}: ${origin} ${columns} features, ${found} ${width}; encode all rows alike`,
        );
      }
      columns = width;
      makeRoom(width);
      let offset = count * width;
      for (const { values, count: length } of parts) {
        data.set(values.subarray(0, length), offset);
        offset += length;
      }
      return count++;
    },
    matrix: () => createMatrix(count, columns ?? 0, data.subarray(0, count * (columns ?? 0))),
  };
}

/** Whether a row is a text that has yet to be encoded. Throws `bad-format` when it has neither text nor vector. */
function hasOnlyText({ vectors, document = '' }: ScannedRow, where: string): boolean {
  if (VECTOR_NAMES.some((name) => vectors[name] !== undefined)) return false;
  if (document.trim() !== '') return true;
  throw new SdmError(
    'bad-format',
    `${where}: there is neither "embedding" nor "attributes", nor a text in "document"; give the row its text or its features`,
  );
}

/** The vectors that make up the features, in order; none may be missing or empty. */
function partsOf({ vectors }: ScannedRow, composition: Composition, where: string) {
  const wanted = VECTOR_NAMES.filter((name) =>
    composition === 'auto' ? vectors[name] !== undefined : composition.split('+').includes(name),
  );
  if (wanted.length === 0) {
    throw new SdmError(
      'bad-format',
      `${where}: there is neither "embedding" nor "attributes"; give the row its features, which sdm embed makes from a text`,
    );
  }
  return wanted.map((name) => {
    const part = vectors[name];
    if (part !== undefined && part.count > 0) return part;
    const fault = part === undefined ? 'is missing' : 'is empty';
    throw new SdmError(
      'bad-format',
      `${where}: "${name}" ${fault}; give the row its features or choose another composition`,
    );
  });
}

function requireLabel({ label, hasLabel }: ScannedRow, { requireLabels, classCount }: RowOptions, where: string): void {
  if (requireLabels && label < 0) {
    const got = hasLabel ? `is ${label}` : 'is missing';
    throw new SdmError(
      'label-out-of-range',
      `${where}: "label" ${got}; wanted a known class: label the row or leave it out`,
    );
  }
  if (classCount === undefined || label < classCount) return;
  throw new SdmError(
    'label-out-of-range',
    `${where}: "label" is ${label}; wanted 0 … ${classCount - 1}, ${UNLABELED} (unlabeled) or ${OUT_OF_DISTRIBUTION} (of no class)`,
  );
}

function requireFingerprint(
  got: string,
  { wanted, isGiven, where }: { wanted: string | undefined; isGiven: boolean; where: string },
): void {
  if (wanted === undefined || got === wanted) return;
  const origin = isGiven ? 'wanted' : 'rows before have';
  throw new SdmError(
    'fingerprint-mismatch',
    `${where}: representationFingerprint is "${got}", ${origin} "${wanted}"; encode all rows with one encoder`,
  );
}
