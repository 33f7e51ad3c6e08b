import { createMatrix, type Matrix, rowOf } from '@sdmjs/core';
import { requireInnerSizes } from '../checks.js';
import { dot } from './dot.js';

/** A·Bᵀ, each element a float32 sum over k in ascending order with float32 products. */
export function multiplyTransposed(a: Matrix, b: Matrix, into?: Matrix): Matrix {
  requireInnerSizes(a.columns, b.columns, 'multiplyTransposed');
  const product = createMatrix(a.rows, b.rows, into?.data);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) product.data[i * b.rows + j] = dot(rowOf(a, i), rowOf(b, j));
  }
  return product;
}

/** A·B, summed likewise. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  requireInnerSizes(a.columns, b.rows, 'multiply');
  const product = createMatrix(a.rows, b.columns);
  const width = b.columns;
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < b.rows; k++) {
      const factor = a.data[i * b.rows + k]!;
      // Storing rounds each sum to float32; the sums of a row advance together, k ascending.
      for (let j = 0; j < width; j++) product.data[i * width + j]! += Math.fround(factor * b.data[k * width + j]!);
    }
  }
  return product;
}
