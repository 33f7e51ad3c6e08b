import { type Example, type ExampleTable, requireFinite, SdmError } from '@sdmjs/core';
import type { SplitName } from './engine.js';
import { concatenated, type ExampleRows, exampleRows } from './example-rows.js';

export type ExampleSplits = Readonly<Record<SplitName, readonly Example[] | ExampleTable>>;

/** Both given sets one after the other, training first. */
export interface ExamplePool {
  readonly examples: ExampleRows;
  /** Of all rows. */
  readonly labels: Int32Array;
  readonly trainingCount: number;
  readonly classCount: number;
}

/**
 * Everything that can be wrong with the examples, looked for before any work: ragged rows, sizes, empty sets, NaN, labels, classes missing from
 * a set, ids. Throws `shape-mismatch`, `empty-input`, `not-finite`, `label-out-of-range`, `class-missing`, `bad-format` or `duplicate-id`.
 */
export function poolExamples(splits: ExampleSplits, classCount?: number): ExamplePool {
  const training = exampleRows(splits.training, 'trainingSet');
  const calibration = exampleRows(splits.calibration, 'calibrationSet');
  const sets = Object.entries({ trainingSet: training, calibrationSet: calibration });
  for (const [name, { features }] of sets) {
    if (features.rows === 0) {
      throw new SdmError('empty-input', `trainModel: ${name} is empty; give examples of every class in both sets`);
    }
  }
  const { columns } = training.features;
  if (columns !== calibration.features.columns || columns === 0) {
    throw new SdmError(
      'shape-mismatch',
      `trainModel: trainingSet has ${columns} features a row, calibrationSet ${calibration.features.columns}; wanted the same number, at least 1, from one encoder`,
    );
  }
  for (const [name, { features }] of sets) requireFinite(features, `trainModel: ${name}`);
  const examples = concatenated(training, calibration);
  const count = classCount ?? Math.floor(largestLabel(examples)) + 1;
  for (const [name, set] of sets) {
    requireLabels(set, count, name);
    requireEveryClass(labelsIn(set), count, { what: `${name} has no example of`, mend: 'add examples of it' });
  }
  requireIds(examples);
  return { examples, labels: labelsIn(examples), trainingCount: training.features.rows, classCount: count };
}

/** Throws `class-missing` unless every class occurs among the labels, which are below `classCount`. */
export function requireEveryClass(
  labels: Int32Array,
  classCount: number,
  { what, mend }: { readonly what: string; readonly mend: string },
): void {
  const present = new Uint8Array(classCount);
  for (let row = 0; row < labels.length; row++) present[labels[row]!] = 1;
  const label = present.indexOf(0);
  if (label < 0) return;
  throw new SdmError('class-missing', `trainModel: ${what} class ${label}; ${mend}`);
}

function labelsIn({ features, label }: ExampleRows): Int32Array {
  const labels = new Int32Array(features.rows);
  for (let row = 0; row < labels.length; row++) labels[row] = label(row);
  return labels;
}

/** At least 1. */
function largestLabel({ features, label }: ExampleRows): number {
  let largest = 1;
  for (let row = 0; row < features.rows; row++) if (label(row) > largest) largest = label(row);
  return largest;
}

function requireLabels({ features, id, label }: ExampleRows, classCount: number, where: string): void {
  for (let row = 0; row < features.rows; row++) {
    if (Number.isInteger(label(row)) && label(row) >= 0 && label(row) < classCount) continue;
    throw new SdmError(
      'label-out-of-range',
      `trainModel: ${where} row ${row} ("${id(row)}") has label ${label(row)}; wanted an integer 0 … ${classCount - 1}: leave out unlabelled rows`,
    );
  }
}

function requireIds({ features, id: idOf }: ExampleRows): void {
  const seen = new Set<string>();
  for (let row = 0; row < features.rows; row++) {
    const id = idOf(row);
    if (typeof id !== 'string' || id.length === 0) {
      throw new SdmError('bad-format', 'trainModel: an example has an empty id; give each a text of its own');
    }
    const key = id.normalize('NFC');
    if (seen.has(key)) {
      throw new SdmError('duplicate-id', `trainModel: id "${id}" occurs twice; ids must be unique over both sets`);
    }
    seen.add(key);
  }
}
