import { createMatrix, type Matrix, type Random, rowOf } from '@sdmjs/core';

/** Rows that are hard on integer copies and on their bounds. */
export const drawers = {
  normal: (random: Random) => () => random.normal(),
  'small integers, with ties': (random: Random) => () => Math.floor(random.uniform(-2, 3)),
  zeros: () => () => 0,
  // Squares at the edge of float32, and beyond the norms in which the bounds hold.
  'huge numbers': (random: Random) => () => random.normal() * 3e17,
  'tiny numbers': (random: Random) => () => random.normal() * 1e-13,
  'numbers whose squares underflow': (random: Random) => () => random.normal() * 1e-21,
  'a small cloud far from 0': (random: Random) => () => 1e4 + random.normal() * 1e-2,
  'one large number in many': (random: Random) => () => (random.nextDouble() < 0.02 ? 1e6 : random.normal()),
  'numbers of all sizes': (random: Random) => () => random.normal() * 10 ** Math.floor(random.uniform(-12, 12)),
};

export const kinds = Object.keys(drawers) as (keyof typeof drawers)[];
export const mutations = ['none', 'duplicates', 'neighbours', 'outlier', 'near middle'] as const;

export function drawMatrix(rows: number, columns: number, draw: () => number): Matrix {
  return createMatrix(rows, columns, Float32Array.from({ length: rows * columns }, draw));
}

/** Makes rows that are equal, hardly different, or far away. */
export function mutate(vectors: Matrix, mutation: (typeof mutations)[number], random: Random): void {
  for (let j = 1; j < vectors.rows; j++) {
    const row = rowOf(vectors, j);
    const other = rowOf(vectors, Math.floor(random.uniform(0, j)));
    if (mutation === 'duplicates' && random.nextDouble() < 0.5) row.set(other);
    // One unit in the last place away in one number: distances that differ by rounding alone.
    if (mutation === 'neighbours')
      row.set(other.map((value, k) => (k === j % row.length ? value * (1 + 2 ** -23) : value)));
    if (mutation === 'near middle') row.set(row.map((value, k) => other[k]! + (value - other[k]!) * 2 ** -11));
  }
  if (mutation === 'outlier') {
    const row = rowOf(vectors, vectors.rows - 1);
    row.set(row.map((value) => Math.max(-1e17, Math.min(1e17, value * 1e5))));
  }
}
