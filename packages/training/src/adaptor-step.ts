import type { ExemplarAdaptor } from '@sdmjs/estimator';
import type { OptimizerState } from './engine.js';

/** Numbers in training with Adam's two moments of each, all changed in place. */
export interface Parameters {
  readonly weights: Float32Array;
  readonly means: Float32Array;
  readonly squares: Float32Array;
}

/** The adaptor in training. D features, M representation numbers, C classes. */
export interface AdaptorState {
  /** The M rows of the first map, `[D]` each. */
  readonly projectionRows: readonly Parameters[];
  readonly projectionBias: Parameters;
  /** `[C · M]` */
  readonly classifier: Parameters;
  readonly classifierBias: Parameters;
  /** The weights above, and Adam's two moments of each, in the shape of an adaptor; they share the memory. */
  readonly adaptor: ExemplarAdaptor;
  readonly moments: Pick<OptimizerState, 'means' | 'squares'>;
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
export function createAdaptorState(initial: ExemplarAdaptor, optimizer?: OptimizerState): AdaptorState {
  const adaptor = copyAdaptor(initial);
  const moments = {
    means: optimizer ? copyAdaptor(optimizer.means) : zerosLike(initial),
    squares: optimizer ? copyAdaptor(optimizer.squares) : zerosLike(initial),
  };
  const parametersOf = (numbersOf: (part: ExemplarAdaptor) => Float32Array): Parameters => ({
    weights: numbersOf(adaptor),
    means: numbersOf(moments.means),
    squares: numbersOf(moments.squares),
  });
  const projection = parametersOf(({ projectionWeight }) => projectionWeight.data);
  const { rows, columns } = adaptor.projectionWeight;
  const state: AdaptorState = {
    projectionRows: Array.from({ length: rows }, (_, m) => slice(projection, m * columns, (m + 1) * columns)),
    projectionBias: parametersOf(({ projectionBias }) => projectionBias),
    classifier: parametersOf(({ classifierWeight }) => classifierWeight.data),
    classifierBias: parametersOf(({ classifierBias }) => classifierBias),
    adaptor,
    moments,
    combined: createCombinedMap(adaptor.classifierWeight.rows, columns),
    steps: optimizer?.steps ?? 0,
  };
  for (let m = 0; m < rows; m++) addToCombined(state, m);
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

/**
 * One Adam step. With G the `[C, D]` gradient by the product of the maps, the gradient of the projection W₁ is W₂ᵀ·G and that of the
 * classifier W₂ is G·W₁ᵀ: the first is formed row by row where it is used, so no M·D gradient is stored.
 */
export function stepAdaptor(state: AdaptorState, gradient: CombinedMap, learningRate: number): void {
  state.steps++;
  const rates = {
    step: learningRate / (1 - BETA_1 ** state.steps),
    scale: 1 / Math.sqrt(1 - BETA_2 ** state.steps),
  };
  const classifier = state.classifier.weights.slice();
  const representationSize = state.projectionRows.length;
  adam(state.classifier, classifierGradient(state, gradient), rates);
  const biasGradient = Float64Array.from({ length: representationSize }, (_, m) =>
    gradient.biases.reduce((sum, bias, c) => sum + bias * classifier[c * representationSize + m]!, 0),
  );
  adam(state.projectionBias, biasGradient, rates);
  adam(state.classifierBias, gradient.biases, rates);
  for (const weights of state.combined.weights) weights.fill(0);
  const rowGradient = new Float64Array(gradient.weights[0]!.length);
  state.projectionRows.forEach((row, m) => {
    rowGradient.fill(0);
    gradient.weights.forEach((weights, c) => {
      addScaledDoubles(rowGradient, weights, classifier[c * representationSize + m]!);
    });
    adam(row, rowGradient, rates);
    addToCombined(state, m);
  });
  combineBiases(state);
}

/** G·W₁ᵀ + g·b₁ᵀ. `[C · M]` */
function classifierGradient(state: AdaptorState, gradient: CombinedMap): Float64Array {
  const { projectionRows, projectionBias } = state;
  const result = new Float64Array(gradient.biases.length * projectionRows.length);
  gradient.weights.forEach((weights, c) => {
    for (let m = 0; m < projectionRows.length; m++) {
      const bias = gradient.biases[c]! * projectionBias.weights[m]!;
      result[c * projectionRows.length + m] = dot(weights, projectionRows[m]!.weights) + bias;
    }
  });
  return result;
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

function addToCombined({ combined, classifier, projectionRows }: AdaptorState, m: number): void {
  const row = projectionRows[m]!.weights;
  combined.weights.forEach((weights, c) => {
    addScaled(weights, row, classifier.weights[c * projectionRows.length + m]!);
  });
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

/** The same of doubles, apart because one loop over two kinds of array would be compiled for both. */
function addScaledDoubles(target: Float64Array, values: Float64Array, factor: number): void {
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

/** The same numbers in memory of their own. */
export function copyAdaptor(adaptor: ExemplarAdaptor): ExemplarAdaptor {
  return mapAdaptor(adaptor, (numbers) => numbers.slice());
}

function zerosLike(adaptor: ExemplarAdaptor): ExemplarAdaptor {
  return mapAdaptor(adaptor, ({ length }) => new Float32Array(length));
}

function mapAdaptor(adaptor: ExemplarAdaptor, map: (numbers: Float32Array) => Float32Array): ExemplarAdaptor {
  const { projectionWeight, projectionBias, classifierWeight, classifierBias } = adaptor;
  return {
    projectionWeight: { ...projectionWeight, data: map(projectionWeight.data) },
    projectionBias: map(projectionBias),
    classifierWeight: { ...classifierWeight, data: map(classifierWeight.data) },
    classifierBias: map(classifierBias),
  };
}

function slice({ weights, means, squares }: Parameters, start: number, end: number): Parameters {
  return {
    weights: weights.subarray(start, end),
    means: means.subarray(start, end),
    squares: squares.subarray(start, end),
  };
}
