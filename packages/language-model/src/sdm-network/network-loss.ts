import { logSdm, type Signals } from '@sdmjs/activation';
import { createMatrix, type Matrix, rowOf, SdmError } from '@sdmjs/core';
import { referenceDistance, unregularizedColumns } from './regularizer.js';
import { rescaledRegularizer } from './rescaled-regularizer.js';

/** Token logits under the original model, its frozen copy and the trained copy, `[tokens, vocabularySize]` each. */
export interface NetworkLogits {
  readonly reference: Matrix;
  readonly negative: Matrix;
  readonly positive: Matrix;
}

export interface NetworkTargets {
  /** `[tokens]` the true next tokens, 0 … vocabularySize − 1; in the joint vocabulary they are `vocabularySize` higher. */
  readonly targets: Int32Array;
  /** `[tokens]` q and d of the document that each token is from; constants to the gradient. */
  readonly signals: Signals;
  /** β of the regulariser. @default 0 */
  readonly regularizerWeight?: number;
}

/** The loss of a mini-batch of tokens; all are means over the tokens, in base 2 + q. */
export interface NetworkLoss {
  /** Next-token loss L. */
  readonly loss: number;
  /** Distance r from the reference. */
  readonly distance: number;
  /** r', which is rescaled r. */
  readonly regularizer: number;
  /** L + β · r' */
  readonly total: number;
  /** Of `total` by the positive logits. `[tokens, vocabularySize]` */
  readonly gradient: Matrix;
}

/**
 * The loss of an SDM network (arXiv 2502.20167 Eq. 29–32): −logSDM of the negative and positive logits side by side at the true token of the
 * positive half, plus β times the rescaled distance from the reference. A document with d = 0 has gradient 0. Throws `shape-mismatch`, `not-finite`.
 */
export function networkLoss(
  logits: NetworkLogits,
  { targets, signals, regularizerWeight = 0 }: NetworkTargets,
): NetworkLoss {
  requireTargets(logits, targets);
  const { reference, negative, positive } = logits;
  const size = positive.columns;
  const moved = logSdm(sideBySide(negative, positive), signals); // [tokens, 2 · vocabularySize]
  const unregularized = Array.from(targets, (target, i) =>
    unregularizedColumns({
      reference: rowOf(reference, i),
      negative: rowOf(negative, i),
      positive: rowOf(positive, i),
      target,
    }),
  );
  const toReference = referenceDistance(logSdm(sideBySide(reference, reference), signals), moved, unregularized);
  const loss = targets.reduce((sum, target, i) => sum - rowOf(moved, i)[target + size]!, 0) / targets.length;
  const { value, slope } = rescaledRegularizer(loss, toReference.distance);
  return {
    loss,
    distance: toReference.distance,
    regularizer: value,
    total: loss + regularizerWeight * value,
    gradient: positiveGradient(moved, { targets, signals }, { ...toReference, factor: regularizerWeight * slope }),
  };
}

/** The logits over the joint vocabulary: negative tokens, then positive ones. `[rows, 2 · vocabularySize]` */
export function sideBySide(negative: Matrix, positive: Matrix): Matrix {
  const joint = createMatrix(negative.rows, negative.columns + positive.columns);
  for (let i = 0; i < joint.rows; i++) {
    rowOf(joint, i).set(rowOf(negative, i));
    rowOf(joint, i).set(rowOf(positive, i), negative.columns);
  }
  return joint;
}

/**
 * Back through logSDM, whose Jacobian is d · (identity − probabilities): the base cancels. The two upstream gradients are −1/n at the target
 * and `factor` times that of the distance.
 */
function positiveGradient(
  moved: Matrix,
  { targets, signals }: NetworkTargets,
  regularizer: { readonly gradient: Matrix; readonly factor: number },
): Matrix {
  const { rows, columns } = moved;
  const size = columns / 2;
  const gradient = createMatrix(rows, size);
  for (let i = 0; i < rows; i++) {
    const exponent = signals.distanceQuantiles[i]!;
    const logBase = Math.log(2 + signals.similarities[i]!);
    const [logarithms, upstream, result] = [rowOf(moved, i), rowOf(regularizer.gradient, i), rowOf(gradient, i)];
    let upstreamSum = -1 / rows;
    for (let k = 0; k < columns; k++) upstreamSum += regularizer.factor * upstream[k]!;
    for (let k = 0; k < size; k++) {
      const probability = Math.exp(logarithms[k + size]! * logBase);
      const direct = regularizer.factor * upstream[k + size]! - (k === targets[i] ? 1 / rows : 0);
      result[k] = exponent * (direct - probability * upstreamSum);
    }
  }
  return gradient;
}

function requireTargets({ reference, negative, positive }: NetworkLogits, targets: Int32Array): void {
  const { rows, columns } = positive;
  const isOneShape = [reference, negative].every((half) => half.rows === rows && half.columns === columns);
  if (!isOneShape || targets.length !== rows || rows === 0) {
    throw new SdmError(
      'shape-mismatch',
      `networkLoss: wanted three matrices of one shape and a target a row, at least one; got [${reference.rows}, ${reference.columns}], [${negative.rows}, ${negative.columns}], [${rows}, ${columns}] and ${targets.length} targets`,
    );
  }
  if (targets.every((target) => target >= 0 && target < columns)) return;
  throw new SdmError('out-of-range', `networkLoss: wanted targets in [0, ${columns})`);
}
