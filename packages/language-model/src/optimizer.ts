import type * as tf from '@tensorflow/tfjs-core';
import type { AdamWState } from './adamw.js';

/** Turns gradients into new weights, and keeps the moments of AdamW. */
export interface Optimizer {
  /** Updates done. */
  readonly step: number;
  /** Reads the loss and the norm over all gradients, before clipping; takes both over. No weight changes yet. */
  measure(loss: tf.Scalar, gradients: ReadonlyMap<string, tf.Tensor>): Promise<MeasuredGradients>;
  /** A copy of the state so far. */
  capture(): Promise<AdamWState>;
  dispose(): void;
}

/** What one batch gave; `update` changes the weights in place, `dispose` frees the gradients. */
export interface MeasuredGradients {
  readonly loss: number;
  readonly gradientNorm: number;
  update(learningRate: number): Promise<void>;
  dispose(): void;
}
