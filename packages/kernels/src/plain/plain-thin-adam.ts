import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireThinStep } from '../checks.js';
import type { AdamMoments, ThinAdam, ThinStep } from '../kernels.js';
import { multiplyTransposed } from './multiply.js';

/** Rows whose share of the product after a step is summed in float32 before it is added in double. */
export const ADAM_CHUNK_ROWS = 32;

const fround = Math.fround;
const BETA_1 = fround(0.9);
const REST_1 = fround(0.1);
const BETA_2 = fround(0.999);
const REST_2 = fround(0.001);
const EPSILON = fround(1e-8);

/** Adam in plain TypeScript: the definition, every operation rounded to float32. */
export function createPlainThinAdam(initial: Matrix, moments?: AdamMoments): ThinAdam {
  const { rows, columns } = initial;
  const weights = createMatrix(rows, columns, initial.data.slice());
  const means = moments?.means.slice() ?? new Float32Array(weights.data.length);
  const squares = moments?.squares.slice() ?? new Float32Array(weights.data.length);

  function stepOne(i: number, slope: number, { step, scale }: { step: number; scale: number }): void {
    const mean = fround(fround(BETA_1 * means[i]!) + fround(REST_1 * slope));
    const square = fround(fround(BETA_2 * squares[i]!) + fround(fround(REST_2 * slope) * slope));
    const bound = fround(fround(fround(Math.sqrt(square)) * scale) + EPSILON);
    means[i] = mean;
    squares[i] = square;
    weights.data[i] = weights.data[i]! - fround(fround(step * mean) / bound);
  }

  function step(given: ThinStep): Float64Array {
    requireThinStep(given, rows, columns);
    const { gradient, factors, next, ...rates } = given;
    const own = { step: fround(rates.step), scale: fround(rates.scale) };
    for (let m = 0; m < rows; m++) {
      for (let k = 0; k < columns; k++) {
        let slope = 0;
        for (let c = 0; c < gradient.rows; c++) {
          slope = fround(slope + fround(factors.data[c * rows + m]! * gradient.data[c * columns + k]!));
        }
        stepOne(m * columns + k, slope, own);
      }
    }
    return thinProduct(next, weights);
  }

  const project = (gradient: Matrix) => multiplyTransposed(gradient, weights);
  return { weights, moments: { means, squares }, project, step, dispose: () => {} };
}

/** V·W `[C · D]` of thin V `[C, M]` and W `[M, D]`, summed as `ThinAdam.step` does: over 32 rows in float32, then in double. */
export function thinProduct(thin: Matrix, { data: weights, rows, columns }: Matrix): Float64Array {
  const product = new Float64Array(thin.rows * columns);
  for (let start = 0; start < rows; start += ADAM_CHUNK_ROWS) {
    const partial = new Float32Array(product.length);
    for (let m = start; m < Math.min(rows, start + ADAM_CHUNK_ROWS); m++) {
      for (let c = 0; c < thin.rows; c++) {
        const factor = thin.data[c * rows + m]!;
        for (let k = 0; k < columns; k++) partial[c * columns + k]! += fround(factor * weights[m * columns + k]!);
      }
    }
    partial.forEach((value, i) => {
      product[i]! += value;
    });
  }
  return product;
}
