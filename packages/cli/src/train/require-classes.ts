import { SdmError } from '@sdmjs/core';
import type { Rows } from '@sdmjs/interchange';

/** A file of labelled rows. */
export interface LabelledFile {
  readonly path: string;
  readonly rows: Pick<Rows, 'labels' | 'lines'>;
}

/**
 * Throws `class-missing` unless every class has a row in both files. Where `classCount` is undefined it is guessed from the labels, so that one
 * mistyped label makes classes that have no rows: then the line of the largest one is named.
 */
export function requireClasses(files: readonly LabelledFile[], classCount: number | undefined): void {
  const seen = new Set(files.flatMap(({ rows }) => [...new Set(rows.labels)]));
  const found = files.map((file) => ({ ...file, labels: new Set(file.rows.labels) }));
  const largest = Math.max(1, ...seen);
  if (classCount === undefined) requireWithoutGaps(files, seen);
  for (const { path, labels } of found) {
    const missing = firstMissing(labels, classCount ?? largest + 1);
    if (missing === undefined) continue;
    const other = lineOf(files, missing);
    const there = other === undefined ? '' : `, which ${other} has`;
    const mend = classCount === undefined || other !== undefined ? MORE_ROWS : `${MORE_ROWS}, or ${FEWER_CLASSES}`;
    throw missingClass(`${path}: there is no row of class ${missing}${there}; ${labelsText(labels)}: ${mend}`);
  }
}

const MORE_ROWS = 'give rows of every class in both files (sdm split keeps the shares of the labels)';
const FEWER_CLASSES = 'correct --class-names, --number-of-classes or --initial-model';

/** For classes that nothing but the labels names. */
function requireWithoutGaps(files: readonly LabelledFile[], seen: ReadonlySet<number>): void {
  const largest = Math.max(...seen);
  if (firstMissing(seen, largest + 1) === undefined) return;
  const isFromOne = !seen.has(0) && seen.size === largest;
  const mend = isFromOne
    ? 'subtract 1 from every label'
    : `correct the label in that line, or number the ${seen.size} classes 0 … ${seen.size - 1}`;
  throw missingClass(
    `${lineOf(files, largest)}: label ${largest} makes ${largest + 1} classes, which are numbered from 0; ${labelsText(seen)}: ${mend}`,
  );
}

/** The smallest class below `classCount` that is not there; looks at no more classes than are there, and one. */
function firstMissing(labels: ReadonlySet<number>, classCount: number): number | undefined {
  for (let label = 0; label < classCount; label++) if (!labels.has(label)) return label;
  return undefined;
}

/** The first line with this label, as messages name it; undefined where no file has one. */
function lineOf(files: readonly LabelledFile[], label: number): string | undefined {
  for (const { path, rows } of files) {
    const row = rows.labels.indexOf(label);
    if (row >= 0) return `${path}, line ${rows.lines[row]}`;
  }
  return undefined;
}

function labelsText(labels: ReadonlySet<number>): string {
  const sorted = [...labels].sort((a, b) => a - b);
  const shown = sorted.length > SHOWN ? [...sorted.slice(0, SHOWN - 1), '…', sorted.at(-1)] : sorted;
  return `the labels seen are ${shown.join(', ')}`;
}

const SHOWN = 12;

function missingClass(message: string): SdmError {
  return new SdmError('class-missing', message);
}
