import type { Signals } from '@sdmjs/activation';
import type { Matrix } from '@sdmjs/core';
import type { AdaptorOutputs, ExemplarAdaptor } from '@sdmjs/estimator';
import type { CreateExemplarIndex } from '@sdmjs/exemplars';
import type { FeatureRows } from './feature-rows.js';

export type SplitName = 'training' | 'calibration';

/** What one round of training starts from. */
export interface RoundInputs {
  /** Initial weights; the engine copies them. */
  readonly adaptor: ExemplarAdaptor;
  /** Standardised features of both splits, `[rows, D]` each; `plainRows` makes them of a matrix. */
  readonly features: Readonly<Record<SplitName, FeatureRows>>;
  /** `[training rows]` true classes. */
  readonly labels: Int32Array;
  readonly learningRate: number;
  readonly similarityOffset: number;
  /** Where the optimiser stood at these weights, copied too. @default before its first step */
  readonly optimizer?: OptimizerState | undefined;
}

/** Adam's running means of the gradient and of its square, one number a weight, after `steps` steps. */
export interface OptimizerState {
  readonly steps: number;
  readonly means: ExemplarAdaptor;
  readonly squares: ExemplarAdaptor;
}

/** Weights in training, with the optimiser's state. Deterministic: equal calls give equal weights. */
export interface EngineRound {
  /**
   * One Adam step (β 0.9 and 0.999, ε 1e-8) on the mean SDM loss of these training rows; q and d are constants of all training rows.
   * Resolves to that loss, taken before the step. Throws `not-finite` when training diverges.
   */
  trainBatch(rows: Int32Array, signals: Signals): Promise<number>;
  /** Logits of a split at the present weights, without representations. `[rows, C]` */
  logits(split: SplitName): Promise<Matrix>;
  /** Representations `[rows, M]` and logits `[rows, C]` of a split at the present weights. */
  forward(split: SplitName, signal?: AbortSignal): Promise<AdaptorOutputs>;
  /** Takes back representations of `forward` that nobody needs any more, so that their room serves the next ones. */
  release?(representations: Matrix): void;
  /** A copy of the present weights. */
  weights(): Promise<ExemplarAdaptor>;
  /** The present projection weights `[M, D]`, where they can be had without a copy; valid until the next step. */
  projectionWeight?(): Matrix;
  /** A copy of the optimiser's state: a round started from it and from `weights` takes the very steps that this one would. */
  optimizer(): Promise<OptimizerState>;
  dispose(): void;
}

/** Where training and its matching run. */
export interface TrainingEngine {
  readonly name: string;
  start(inputs: RoundInputs): Promise<EngineRound>;
  readonly createIndex: CreateExemplarIndex;
  dispose(): void;
}
