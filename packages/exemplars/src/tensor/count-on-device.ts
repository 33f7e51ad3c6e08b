import type * as tfjs from '@tensorflow/tfjs-core';

/** Farther than every distance: the largest float32, because infinities are not safe in WebGPU shaders. */
const BEYOND = 3.4028234663852886e38;

/** What the distances of one tile of queries belong to. */
export interface TileRows {
  /** `[1, N]` int32, −1 where a row is not good. */
  readonly goodClasses: tfjs.Tensor2D;
  /** `[n]` */
  readonly predictions: Int32Array;
  /** `[n]` */
  readonly exclusions?: Int32Array | undefined;
}

/**
 * Similarity and nearest row without top-K: find the first row that is not good by (distance, index), then count the good rows
 * before it. Nothing leaves the device. Returns `[2, n]` float32: uncapped similarities, then nearest rows (exact below 2^24).
 * @param distances `[n, N]`
 */
export function countOnDevice(tf: typeof tfjs, distances: tfjs.Tensor2D, rows: TileRows): tfjs.Tensor {
  return tf.tidy(() => {
    const [n, size] = distances.shape;
    const column = (values: Int32Array) => tf.tensor2d(values, [n, 1], 'int32');
    const indices = tf.reshape(tf.range(0, size), [1, size]); // [1, N]
    const beyond = tf.fill([n, size], BEYOND);
    const eligible = rows.exclusions
      ? tf.where(tf.equal(tf.range(0, size, 1, 'int32'), column(rows.exclusions)), beyond, distances)
      : distances; // [n, N]
    const isGood = tf.equal(rows.goodClasses, column(rows.predictions)); // [n, N]
    const firstBad = firstRow(tf, tf.where(isGood, beyond, eligible), indices);
    const isBefore = tf.logicalOr(
      tf.less(eligible, firstBad.distance),
      tf.logicalAnd(tf.equal(eligible, firstBad.distance), tf.less(indices, firstBad.index)),
    );
    const similarity = tf.sum(tf.cast(tf.logicalAnd(isGood, isBefore), 'float32'), 1); // [n]
    return tf.stack([similarity, tf.reshape(firstRow(tf, eligible, indices).index, [n])]);
  });
}

/** The smallest (distance, index) of each row of `distances`; each `[n, 1]`. Does not rely on how a device breaks ties. */
function firstRow(tf: typeof tfjs, distances: tfjs.Tensor, indices: tfjs.Tensor) {
  const distance = tf.min(distances, 1, true);
  const index = tf.min(tf.where(tf.equal(distances, distance), indices, tf.fill(distances.shape, BEYOND)), 1, true);
  return { distance, index };
}
