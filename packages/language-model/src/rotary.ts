import * as tf from '@tensorflow/tfjs-core';
import type { DecoderConfig } from './config.js';
import { withGradient } from './with-gradient.js';

/** Cosines and sines of the rotation angles, one row a position; both halves of a row are equal. */
export interface RotaryAngles {
  /** `[positions, headSize]`, or `[batch, 1, time, headSize]` once positions are chosen */
  readonly cosine: tf.Tensor;
  readonly sine: tf.Tensor;
}

/** The angles of positions 0 … contextLength − 1, computed in double on the CPU (GPU sines are off by 1e-4). */
export function createRotaryAngles(config: Required<DecoderConfig>): RotaryAngles {
  const { contextLength, ropeBase } = config;
  const headSize = config.width / config.headCount;
  const half = headSize / 2;
  const cosine = new Float32Array(contextLength * headSize);
  const sine = new Float32Array(contextLength * headSize);
  for (let position = 0; position < contextLength; position++) {
    for (let i = 0; i < headSize; i++) {
      const angle = position * ropeBase ** (-(i % half) / half);
      cosine[position * headSize + i] = Math.cos(angle);
      sine[position * headSize + i] = Math.sin(angle);
    }
  }
  const shape: [number, number] = [contextLength, headSize];
  return { cosine: tf.tensor2d(cosine, shape), sine: tf.tensor2d(sine, shape) };
}

/** The angles of positions 0 … time − 1 for every row of a batch. `[time, headSize]` */
export function firstAngles(angles: RotaryAngles, time: number): RotaryAngles {
  const first = (table: tf.Tensor) => tf.slice(table, [0, 0], [time, -1]);
  return { cosine: first(angles.cosine), sine: first(angles.sine) };
}

/** The angles of one position a row. `[batch, 1, 1, headSize]` */
export function anglesAt(angles: RotaryAngles, positions: tf.Tensor1D): RotaryAngles {
  const at = (table: tf.Tensor) => tf.reshape(tf.gather(table, positions), [positions.shape[0], 1, 1, -1]);
  return { cosine: at(angles.cosine), sine: at(angles.sine) };
}

/** Turns each pair (i, i + headSize/2) of `x` `[batch, heads, time, headSize]` by its position's angle (RoFormer, half-split pairs). */
export function rotate(x: tf.Tensor4D, angles: RotaryAngles): tf.Tensor4D {
  return withGradient([x], ([pairs], save) => {
    save([angles.cosine, angles.sine]);
    const gradFunc = (dy: tf.Tensor4D, [cosine, sine]: tf.Tensor[]) => [
      turn(dy, cosine!, tf.neg(sine!)), // the gradient of a rotation is the rotation back
    ];
    return { value: turn(pairs, angles.cosine, angles.sine), gradFunc };
  });
}

function turn(x: tf.Tensor4D, cosine: tf.Tensor, sine: tf.Tensor): tf.Tensor4D {
  const headSize = x.shape[3];
  const partner = tf.reshape(tf.matMul(tf.reshape(x, [-1, headSize]), partnerMatrix(headSize)), x.shape);
  return tf.add(tf.mul(x, cosine), tf.mul(partner, sine));
}

/** The map (first half, second half) → (−second, first), as a product: slicing and joining takes longer on the WASM backend. */
function partnerMatrix(headSize: number): tf.Tensor2D {
  const half = headSize / 2;
  const entries = new Float32Array(headSize * headSize);
  for (let i = 0; i < half; i++) {
    entries[(i + half) * headSize + i] = -1;
    entries[i * headSize + i + half] = 1;
  }
  return tf.tensor2d(entries, [headSize, headSize]);
}
