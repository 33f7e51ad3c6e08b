import { type Example, featureMatrix, type Matrix, requireFinite, SdmError } from '@sdmjs/core';
import type { SplitName } from './engine.js';

export type ExampleSplits = Readonly<Record<SplitName, readonly Example[]>>;

/** Both given sets one after the other, training first. */
export interface ExamplePool {
  readonly examples: readonly Example[];
  /** `[examples, D]` raw. */
  readonly features: Matrix;
  readonly labels: Int32Array;
  readonly trainingCount: number;
  readonly classCount: number;
}

const SPLITS = ['training', 'calibration'] as const;

export interface PoolOptions {
  /** @default the largest label + 1 */
  readonly classCount?: number | undefined;
  /** Whether the features lie in memory that threads share, where there is such a thing. @default false */
  readonly isShared?: boolean | undefined;
}

/**
 * Everything that can be wrong with the examples, looked for before any work: ragged rows, sizes, empty sets, NaN, labels, classes missing from
 * a set, ids. Throws `shape-mismatch`, `empty-input`, `not-finite`, `label-out-of-range`, `class-missing`, `bad-format` or `duplicate-id`.
 */
export function poolExamples(splits: ExampleSplits, options: PoolOptions = {}): ExamplePool {
  const matrices = SPLITS.map((name) => featureMatrix(splits[name]));
  const [training, calibration] = matrices as [Matrix, Matrix];
  for (const name of SPLITS) {
    if (splits[name].length === 0) {
      throw new SdmError('empty-input', `trainModel: ${name}Set is empty; give examples of every class in both sets`);
    }
  }
  if (training.columns !== calibration.columns || training.columns === 0) {
    throw new SdmError(
      'shape-mismatch',
      `trainModel: trainingSet has ${training.columns} features a row, calibrationSet ${calibration.columns}; wanted the same number, at least 1, from one encoder`,
    );
  }
  requireFinite(training, 'trainModel: trainingSet');
  requireFinite(calibration, 'trainModel: calibrationSet');
  const examples = [...splits.training, ...splits.calibration];
  const largestLabel = examples.reduce((largest, { label }) => (label > largest ? label : largest), 1);
  const count = options.classCount ?? Math.floor(largestLabel) + 1;
  for (const name of SPLITS) {
    requireLabels(splits[name], count, `${name}Set`);
    requireEveryClass(
      splits[name].map(({ label }) => label),
      count,
      `${name}Set has no example of`,
    );
  }
  requireIds(examples);
  const data = createFloats(examples.length * training.columns, options);
  data.set(training.data);
  data.set(calibration.data, training.data.length);
  return {
    examples,
    features: { data, rows: examples.length, columns: training.columns },
    labels: Int32Array.from(examples, ({ label }) => label),
    trainingCount: splits.training.length,
    classCount: count,
  };
}

function createFloats(length: number, { isShared }: PoolOptions): Float32Array {
  const canShare = isShared && typeof SharedArrayBuffer !== 'undefined';
  return canShare ? new Float32Array(new SharedArrayBuffer(4 * length)) : new Float32Array(length);
}

/** Throws `class-missing` unless every class occurs among the labels. */
export function requireEveryClass(labels: ArrayLike<number>, classCount: number, what: string): void {
  const present = new Set(Array.from(labels));
  for (let label = 0; label < classCount; label++) {
    if (!present.has(label)) {
      throw new SdmError(
        'class-missing',
        `trainModel: ${what} class ${label}; add examples of it, or change the seed of the split`,
      );
    }
  }
}

function requireLabels(examples: readonly Example[], classCount: number, where: string): void {
  examples.forEach(({ id, label }, i) => {
    if (Number.isInteger(label) && label >= 0 && label < classCount) return;
    throw new SdmError(
      'label-out-of-range',
      `trainModel: ${where} row ${i} ("${id}") has label ${label}; wanted an integer 0 … ${classCount - 1}: leave out unlabelled rows`,
    );
  });
}

function requireIds(examples: readonly Example[]): void {
  const seen = new Set<string>();
  for (const { id } of examples) {
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
