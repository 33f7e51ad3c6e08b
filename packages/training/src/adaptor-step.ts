import { createMatrix, type Matrix } from '@sdmjs/core';
import type { ExemplarAdaptor } from '@sdmjs/estimator';
import { type Kernels, type ThinAdam, thinProduct } from '@sdmjs/kernels';
import type { OptimizerState } from './engine.js';

/** Numbers in training with Adam's two moments of each, all changed in place. */
interface Parameters {
  readonly weights: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

/** The adaptor in training. D features, M representation numbers, C classes. */
export interface AdaptorState {
  /** The first map, `[M, D]`. */
  readonly projection: ThinAdam;
  readonly projectionBias: Parameters;
  /** `[C · M]` */
  readonly classifier: Parameters;
  readonly classifierBias: Parameters;
  /** The product of the two maps, kept up to date: all that logits need. */
  readonly combined: CombinedMap;
  steps: number;
}

/** An affine map from features to classes: `[C][D]` and `[C]`. As a gradient: that of a loss by the product of the two maps. */
export interface CombinedMap {
  readonly weights: readonly Float64Array[];
  readonly biases: Float64Array;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** State before the first step, or where the optimiser stood. Everything is copied. */
export function createAdaptorState(
  initial: ExemplarAdaptor,
  { kernels, optimizer }: { readonly kernels: Kernels; readonly optimizer?: OptimizerState | undefined },
): AdaptorState {
  const { projectionWeight, classifierWeight } = initial;
  const combined = createCombinedMap(classifierWeight.rows, projectionWeight.columns);
  const parametersOf = (numbersOf: (part: ExemplarAdaptor) => Float32Array): Parameters => {
    const weights = numbersOf(initial);
    const moment = (part: ExemplarAdaptor | undefined) =>
      part ? numbersOf(part).slice() : new Float32Array(weights.length);
    return { weights: weights.slice(), means: moment(optimizer?.means), squares: moment(optimizer?.squares) };
  };
  const moments = optimizer && {
    means: optimizer.means.projectionWeight.data,
    squares: optimizer.squares.projectionWeight.data,
  };
  const state: AdaptorState = {
    projection: kernels.createThinAdam(projectionWeight, moments),
    projectionBias: parametersOf(({ projectionBias }) => projectionBias),
    classifier: parametersOf(({ classifierWeight: { data } }) => data),
    classifierBias: parametersOf(({ classifierBias }) => classifierBias),
    combined,
    steps: optimizer?.steps ?? 0,
  };
  combineWeights(state, thinProduct(classifierWeight, projectionWeight));
  combineBiases(state);
  return state;
}

/** Zeros. */
export function createCombinedMap(classCount: number, featureCount: number): CombinedMap {
  return {
    weights: Array.from({ length: classCount }, () => new Float64Array(featureCount)),
    biases: new Float64Array(classCount),
  };
}

/** The present weights; those of the projection are not copied. */
export function adaptorOf(state: AdaptorState): ExemplarAdaptor {
  return adaptorWith(state, state.projection.weights.data, ({ weights }) => weights);
}

/** Where Adam stands; the moments of the projection are not copied. */
export function optimizerOf(state: AdaptorState): OptimizerState {
  const { moments } = state.projection;
  return {
    steps: state.steps,
    means: adaptorWith(state, moments.means, ({ means }) => means),
    squares: adaptorWith(state, moments.squares, ({ squares }) => squares),
  };
}

function adaptorWith(
  state: AdaptorState,
  projection: Float32Array,
  numbersOf: (parameters: Parameters) => Float32Array,
): ExemplarAdaptor {
  const { rows, columns } = state.projection.weights;
  return {
    projectionWeight: createMatrix(rows, columns, projection),
    projectionBias: numbersOf(state.projectionBias),
    classifierWeight: classifierOf(state, numbersOf(state.classifier)),
    classifierBias: numbersOf(state.classifierBias),
  };
}

/**
 * One Adam step. With G the `[C, D]` gradient by the product of the maps, the gradient of the projection W₁ is W₂ᵀ·G and that of the
 * classifier W₂ is G·W₁ᵀ: the first is formed where it is used, so no M·D gradient is stored.
 */
export function stepAdaptor(state: AdaptorState, gradient: CombinedMap, learningRate: number): void {
  state.steps++;
  const rates = {
    step: learningRate / (1 - BETA_1 ** state.steps),
    scale: 1 / Math.sqrt(1 - BETA_2 ** state.steps),
  };
  const { classifier, projectionBias, projection } = state;
  const representationSize = projectionBias.weights.length;
  const before = classifier.weights.slice();
  const slopes = matrixOf(gradient.weights);
  const classifierGradient = Float64Array.from(projection.project(slopes).data, (slope, i) => {
    const [c, m] = [Math.floor(i / representationSize), i % representationSize];
    return slope + gradient.biases[c]! * projectionBias.weights[m]!;
  });
  adam(classifier, classifierGradient, rates);
  const biasGradient = Float64Array.from({ length: representationSize }, (_, m) =>
    gradient.biases.reduce((sum, bias, c) => sum + bias * before[c * representationSize + m]!, 0),
  );
  adam(projectionBias, biasGradient, rates);
  adam(state.classifierBias, gradient.biases, rates);
  const [factors, next] = [classifierOf(state, before), classifierOf(state, classifier.weights)];
  const combined = projection.step({ gradient: slopes, factors, next, ...rates });
  combineWeights(state, combined);
  combineBiases(state);
}

function combineWeights({ combined }: AdaptorState, product: Float64Array): void {
  combined.weights.forEach((weights, c) => {
    weights.set(product.subarray(c * weights.length, (c + 1) * weights.length));
  });
}

function classifierOf({ classifierBias, projectionBias }: AdaptorState, weights: Float32Array): Matrix {
  return createMatrix(classifierBias.weights.length, projectionBias.weights.length, weights);
}

function matrixOf(rows: readonly Float64Array[]): Matrix {
  const matrix = createMatrix(rows.length, rows[0]!.length);
  rows.forEach((row, i) => {
    matrix.data.set(row, i * row.length);
  });
  return matrix;
}

function adam(parameters: Parameters, gradient: Float64Array, rates: { step: number; scale: number }): void {
  const { weights, means, squares } = parameters;
  const { step, scale } = rates;
  for (let i = 0; i < gradient.length; i++) {
    const slope = gradient[i]!;
    const mean = BETA_1 * means[i]! + (1 - BETA_1) * slope;
    const square = BETA_2 * squares[i]! + (1 - BETA_2) * slope * slope;
    means[i] = mean;
    squares[i] = square;
    weights[i]! -= (step * mean) / (Math.sqrt(square) * scale + EPSILON);
  }
}

function combineBiases({ combined, classifier, classifierBias, projectionBias }: AdaptorState): void {
  const { weights: biases } = projectionBias;
  combined.biases.forEach((_, c) => {
    const row = Float64Array.from(classifier.weights.subarray(c * biases.length, (c + 1) * biases.length));
    combined.biases[c] = classifierBias.weights[c]! + dot(row, biases);
  });
}

/** target += factor · values */
export function addScaled(target: Float64Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * values[i]!;
}

/** Σ a·b in double, in four running sums that need not wait for each other. */
export function dot(a: Float64Array, b: Float32Array): number {
  const whole = b.length - (b.length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    first += a[i]! * b[i]!;
    second += a[i + 1]! * b[i + 1]!;
    third += a[i + 2]! * b[i + 2]!;
    fourth += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < b.length; i++) first += a[i]! * b[i]!;
  return first + second + (third + fourth);
}
