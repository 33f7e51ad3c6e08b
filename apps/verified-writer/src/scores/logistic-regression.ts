import { type Matrix, rowOf } from '@sdmjs/core';

/** A logistic regression on standardised features. */
export interface LogisticRegression {
  /** `[features + 1]`, the intercept last. */
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

const STEPS = 12;

/** Newton's method on the log-likelihood with an L2 penalty of `penalty` per weight (the intercept free). */
export function fitLogisticRegression(
  features: Matrix,
  isPositive: readonly boolean[],
  options: { /** @default 1 */ readonly penalty?: number } = {},
): LogisticRegression {
  const { penalty = 1 } = options;
  const { means, deviations } = momentsOf(features);
  const size = features.columns + 1;
  const model = { weights: new Float64Array(size), means, deviations };
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let row = 0; row < features.rows; row++) {
      const x = standardised(model, rowOf(features, row));
      const p = sigmoid(dot(model.weights, x));
      const error = (isPositive[row] ? 1 : 0) - p;
      for (let i = 0; i < size; i++) {
        gradient[i]! += error * x[i]!;
        const scaled = p * (1 - p) * x[i]!;
        for (let j = 0; j <= i; j++) hessian[i * size + j]! += scaled * x[j]!;
      }
    }
    for (let i = 0; i < size; i++) {
      const strength = i < size - 1 ? penalty : 1e-6;
      gradient[i]! -= strength * model.weights[i]!;
      hessian[i * size + i]! += strength;
    }
    const change = solveSymmetric(hessian, gradient);
    for (let i = 0; i < size; i++) model.weights[i]! += change[i]!;
  }
  return model;
}

/** The probability of each row. `[rows]` */
export function logisticProbabilities(model: LogisticRegression, features: Matrix): Float64Array {
  return Float64Array.from({ length: features.rows }, (_, row) =>
    sigmoid(dot(model.weights, standardised(model, rowOf(features, row)))),
  );
}

/** Mean and deviation of every column; a constant column gets deviation 1. */
function momentsOf(features: Matrix): { means: Float64Array; deviations: Float64Array } {
  const { rows, columns } = features;
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j]! += features.data[i * columns + j]! / rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) deviations[j]! += (features.data[i * columns + j]! - means[j]!) ** 2 / rows;
  }
  for (let j = 0; j < columns; j++) deviations[j] = Math.sqrt(deviations[j]!) || 1;
  return { means, deviations };
}

function standardised({ means, deviations }: LogisticRegression, row: Float32Array): Float64Array {
  const x = new Float64Array(row.length + 1);
  for (let i = 0; i < row.length; i++) x[i] = (row[i]! - means[i]!) / deviations[i]!;
  x[row.length] = 1;
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Solves A x = b for a symmetric positive definite A given by its lower triangle, by Cholesky; A is overwritten. */
function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i * size + k]! * x[k]!;
    x[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= matrix[k * size + i]! * x[k]!;
    x[i]! /= matrix[i * size + i]!;
  }
  return x;
}
