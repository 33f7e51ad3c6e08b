import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireThinStep } from '../checks.js';
import type { ThinAdam, ThinStep } from '../kernels.js';
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
export function createPlainThinAdam(initial: Matrix): ThinAdam {
  const { rows, columns } = initial;
  const weights = createMatrix(rows, columns, initial.data.slice());
  const means = new Float32Array(weights.data.length);
  const squares = new Float32Array(weights.data.length);

  /** One weight, and its new value. */
  function stepOne(i: number, slope: number, { step, scale }: { step: number; scale: number }): number {
    const mean = fround(fround(BETA_1 * means[i]!) + fround(REST_1 * slope));
    const square = fround(fround(BETA_2 * squares[i]!) + fround(fround(REST_2 * slope) * slope));
    const bound = fround(fround(fround(Math.sqrt(square)) * scale) + EPSILON);
    means[i] = mean;
    squares[i] = square;
    weights.data[i] = weights.data[i]! - fround(fround(step * mean) / bound);
    return weights.data[i]!;
  }

  function step(given: ThinStep): Float64Array {
    requireThinStep(given, rows, columns);
    const { gradient, factors, next, ...rates } = given;
    const own = { step: fround(rates.step), scale: fround(rates.scale) };
    const product = new Float64Array(gradient.rows * columns);
    for (let start = 0; start < rows; start += ADAM_CHUNK_ROWS) {
      const partial = new Float32Array(product.length);
      for (let m = start; m < Math.min(rows, start + ADAM_CHUNK_ROWS); m++) {
        for (let k = 0; k < columns; k++) {
          let slope = 0;
          for (let c = 0; c < gradient.rows; c++) {
            slope = fround(slope + fround(factors.data[c * rows + m]! * gradient.data[c * columns + k]!));
          }
          const weight = stepOne(m * columns + k, slope, own);
          for (let c = 0; c < gradient.rows; c++) {
            partial[c * columns + k]! += fround(next.data[c * rows + m]! * weight);
          }
        }
      }
      partial.forEach((value, i) => {
        product[i]! += value;
      });
    }
    return product;
  }

  return { weights, project: (gradient) => multiplyTransposed(gradient, weights), step, dispose: () => {} };
}
