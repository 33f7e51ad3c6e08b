import { argMax, createMatrix, type Matrix, rowOf } from '@sdmjs/core';
import type { SavedCalibrationRows } from '@sdmjs/estimator';
import { badFormat, type Fields, fieldsOf } from '../fields.js';
import { decodeJsonLines, encodeJsonLines } from '../json-lines.js';
import { CALIBRATION_FILE } from './manifest.js';
import { classAt, requireUniqueIds } from './support-records.js';

const KEYS = { required: ['id', 'label', 'prediction', 'sdm', 'qPrime'], optional: ['q', 'd0', 'd', 'zPrime'] };
const ROW_SUM_TOLERANCE = 1e-5;

/** The bytes of `calibration.jsonl`. */
export function encodeCalibrationRecords(rows: SavedCalibrationRows): Uint8Array {
  const { ids, labels, predictions, probabilities, rescaledSimilarities, logits } = rows;
  return encodeJsonLines(
    ids.map((id, i) => ({
      id,
      label: labels[i],
      prediction: predictions[i],
      sdm: Array.from(rowOf(probabilities, i)),
      qPrime: rescaledSimilarities[i],
      q: rows.similarities?.[i],
      d0: rows.nearestDistances?.[i],
      d: rows.distanceQuantiles?.[i],
      zPrime: logits && Array.from(rowOf(logits, i)),
    })),
    CALIBRATION_FILE,
  );
}

/**
 * Reads `calibration.jsonl`. An optional column is kept when every row has it.
 * Throws `bad-format`, `label-out-of-range` or `duplicate-id`.
 */
export function decodeCalibrationRecords(
  bytes: Uint8Array,
  rule: { readonly classCount: number; readonly similarityBound: number },
): SavedCalibrationRows {
  const rows = Array.from(decodeJsonLines(bytes, CALIBRATION_FILE), ({ value, where }) => fieldsOf(value, where, KEYS));
  for (const row of rows) requireSoundRow(row, rule);
  const ids = rows.map((row) => row.text('id'));
  requireUniqueIds(ids, CALIBRATION_FILE);
  const has = (key: string) => rows.every((row) => row.has(key));
  const column = (key: string) => Float32Array.from(rows, (row) => row.number(key));
  const matrix = (key: string) => matrixAt(rows, key, rule.classCount);
  return {
    ids,
    labels: Int32Array.from(rows, (row) => row.integer('label')),
    predictions: Int32Array.from(rows, (row) => row.integer('prediction')),
    probabilities: matrix('sdm'),
    rescaledSimilarities: column('qPrime'),
    ...(has('q') && { similarities: Int32Array.from(column('q')) }),
    ...(has('d0') && { nearestDistances: column('d0') }),
    ...(has('d') && { distanceQuantiles: column('d') }),
    ...(has('zPrime') && { logits: matrix('zPrime') }),
  };
}

function requireSoundRow(
  row: Fields,
  { classCount, similarityBound }: { classCount: number; similarityBound: number },
): void {
  classAt(row, 'label', { classCount });
  const prediction = classAt(row, 'prediction', { classCount });
  const probabilities = requireWidth(row.numbers('sdm', { least: 0, most: 1 }), classCount, `${row.where}: "sdm"`);
  const sum = probabilities.reduce((total, value) => Math.fround(total + Math.fround(value)), 0);
  if (Math.abs(sum - 1) > ROW_SUM_TOLERANCE) throw badFormat(`${row.where}: "sdm"`, 'numbers that sum to 1', sum);
  const rescaled = requireAtMost(row, 'qPrime', similarityBound);
  if (row.has('q')) {
    const similarity = requireAtMost(row, 'q', similarityBound);
    if (!Number.isInteger(similarity) || similarity < rescaled) {
      throw badFormat(`${row.where}: "q"`, `an integer of at least qPrime ${rescaled}`, similarity);
    }
  }
  if (row.has('d0')) row.number('d0', { least: 0 });
  if (row.has('d')) row.number('d', { least: 0, most: 1 });
  if (!row.has('zPrime')) return;
  const logits = Float32Array.from(requireWidth(row.numbers('zPrime'), classCount, `${row.where}: "zPrime"`));
  if (argMax(logits) !== prediction) {
    throw badFormat(`${row.where}: "prediction"`, `the largest of zPrime, ${argMax(logits)}`, prediction);
  }
}

function requireAtMost(row: Fields, key: string, most: number): number {
  const value = Math.fround(row.number(key, { least: 0 }));
  if (value <= most) return value;
  throw badFormat(`${row.where}: "${key}"`, `at most ${most}, the most q can be in this model`, value);
}

function requireWidth(values: number[], width: number, where: string): number[] {
  if (values.length === width) return values;
  throw badFormat(where, `${width} numbers, one a class`, values.length);
}

function matrixAt(rows: readonly Fields[], key: string, columns: number): Matrix {
  const matrix = createMatrix(rows.length, columns);
  rows.forEach((row, i) => {
    matrix.data.set(row.numbers(key), i * columns);
  });
  return matrix;
}
