import { argMax, createMatrix, rowOf } from '@sdmjs/core';
import type { SavedCalibrationRows } from '@sdmjs/estimator';
import { badFormat, type Fields, fieldsOf } from '../fields.js';
import { decodeJsonLines, encodeJsonLines } from '../json-lines.js';
import { CALIBRATION_FILE } from './manifest.js';
import { classAt, requireUniqueIds } from './support-records.js';

const KEYS = { required: ['id', 'label', 'prediction', 'sdm', 'qPrime'], optional: ['q', 'd0', 'd', 'zPrime'] };
const ROW_SUM_TOLERANCE = 1e-5;

/** The bytes of `calibration.jsonl`. */
export function encodeCalibrationRecords(rows: SavedCalibrationRows): Uint8Array {
  return encodeJsonLines(writtenRows(rows), CALIBRATION_FILE);
}

function* writtenRows(rows: SavedCalibrationRows) {
  const { ids, labels, predictions, probabilities, rescaledSimilarities, logits } = rows;
  for (const [i, id] of ids.entries()) {
    yield {
      id,
      label: labels[i],
      prediction: predictions[i],
      sdm: Array.from(rowOf(probabilities, i)),
      qPrime: rescaledSimilarities[i],
      q: rows.similarities?.[i],
      d0: rows.nearestDistances?.[i],
      d: rows.distanceQuantiles?.[i],
      zPrime: logits && Array.from(rowOf(logits, i)),
    };
  }
}

/**
 * Reads `calibration.jsonl`. An optional column is kept when every row has it.
 * Throws `bad-format`, `label-out-of-range` or `duplicate-id`.
 */
export function decodeCalibrationRecords(
  bytes: Uint8Array,
  rule: { readonly classCount: number; readonly similarityBound: number },
): SavedCalibrationRows {
  const ids: string[] = [];
  const columns: Record<string, number[]> = {};
  const add = (row: Fields, keys: readonly string[], numbersOf: (key: string) => readonly number[]): void => {
    for (const key of keys) if (row.has(key)) (columns[key] ??= []).push(...numbersOf(key));
  };
  // Row by row: what reads a row takes far more memory than what is kept of it.
  for (const { value, where } of decodeJsonLines(bytes, CALIBRATION_FILE)) {
    const row = fieldsOf(value, where, KEYS);
    requireSoundRow(row, rule);
    ids.push(row.text('id'));
    add(row, ['label', 'prediction', 'qPrime', 'q', 'd0', 'd'], (key) => [row.number(key)]);
    add(row, ['sdm', 'zPrime'], row.numbers);
  }
  requireUniqueIds(ids, CALIBRATION_FILE);
  const { label = [], prediction = [], sdm = [], qPrime = [], q = [], d0 = [], d = [], zPrime = [] } = columns;
  const isWhole = ({ length }: readonly number[]) => length === ids.length;
  const matrix = (numbers: readonly number[]) => createMatrix(ids.length, rule.classCount, Float32Array.from(numbers));
  return {
    ids,
    labels: Int32Array.from(label),
    predictions: Int32Array.from(prediction),
    probabilities: matrix(sdm),
    rescaledSimilarities: Float32Array.from(qPrime),
    ...(isWhole(q) && { similarities: Int32Array.from(q) }),
    ...(isWhole(d0) && { nearestDistances: Float32Array.from(d0) }),
    ...(isWhole(d) && { distanceQuantiles: Float32Array.from(d) }),
    ...(zPrime.length === ids.length * rule.classCount && { logits: matrix(zPrime) }),
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
