import type { Matrix } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { adamWPass } from '../adamw.js';
import { type Decoder, tokenLogits } from '../decoder.js';
import { assignWeight } from '../decoder-weights.js';
import { positiveLogits } from './joint-head.js';

/** The head in training: its values on the CPU and on the device, and the moments of Adam. */
export interface HeadTraining {
  readonly variable: tf.Variable<tf.Rank.R2>;
  /** `[vocabularySize, width]` */
  readonly weights: Matrix;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  step: number;
}

/** Starts from a copy of `head`; the caller disposes the variable. */
export function startHeadTraining(head: Matrix): HeadTraining {
  const weights = { ...head, data: head.data.slice() };
  return {
    variable: tf.tidy(() => tf.variable(tf.tensor2d(head.data.slice(), [head.rows, head.columns]))),
    weights,
    mean: new Float32Array(head.data.length),
    variance: new Float32Array(head.data.length),
    step: 0,
  };
}

/** Token logits of hidden states `[tokens, width]` under the decoder's own head and the one in training. */
export async function headLogits(
  decoder: Decoder,
  head: HeadTraining,
  states: Matrix,
): Promise<{ reference: Matrix; positive: Matrix }> {
  const logits = tf.tidy(() => {
    const rows = tf.tensor2d(states.data, [states.rows, states.columns]);
    return [tokenLogits(decoder, rows), positiveLogits(decoder, head.variable, rows)] as const; // [tokens, vocabularySize] each
  });
  const [reference, positive] = await Promise.all(logits.map(async (part) => (await part.data()) as Float32Array));
  tf.dispose([...logits]);
  const shape = { rows: states.rows, columns: decoder.config.vocabularySize };
  return { reference: { ...shape, data: reference! }, positive: { ...shape, data: positive! } };
}

/** Gradient by the head, `[vocabularySize, width]`: the transpose of that by the positive logits, `[tokens, vocabularySize]`, times the states. */
export async function headGradient(decoder: Decoder, states: Matrix, byLogits: Matrix): Promise<Float32Array> {
  const product = tf.tidy(() => {
    const rows = tf.tensor2d(states.data, [states.rows, states.columns]);
    const slopes = tf.tensor2d(byLogits.data, [byLogits.rows, byLogits.columns]);
    return tf.mul(tf.matMul(slopes, rows, true, false), decoder.config.logitScale);
  });
  const gradient = (await product.data()) as Float32Array;
  product.dispose();
  return gradient;
}

/** One Adam step. */
export function stepHead(head: HeadTraining, gradient: Float32Array, learningRate: number): void {
  const { mean, variance } = head;
  head.step += 1;
  adamWPass({ weight: head.weights.data, gradient, mean, variance }, head.step, { ...ADAM, learningRate });
  assignWeight(head.variable, head.weights.data.slice());
}

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, gradientScale: 1 };
