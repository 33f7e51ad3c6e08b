import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type HostKernel, input, type KernelCall, sizeOf } from './kernel.js';

/** tf.matMul: any transposes, batches and batch broadcasting; each element a float32 sum over the inner index in ascending order. */
export const batchMatMul: HostKernel = { kernelName: 'BatchMatMul', compute: product };

/**
 * tf.fused.matMul: the product, then the bias, then the activation. The stock kernel is wrong for transposes or batches with an inner
 * size above 48.
 */
export const fusedMatMul: HostKernel = {
  kernelName: '_FusedMatMul',
  compute(call) {
    const { bias, preluActivationWeights } = call.inputs;
    let result = product(call);
    if (result && bias) result = consume(call, result, (x) => call.run('Add', { a: x, b: bias }));
    const activate = activations[String(call.attributes['activation'] ?? 'linear')];
    if (result && activate) result = consume(call, result, (x) => activate(call, x, preluActivationWeights));
    return result;
  },
};

type Activation = (call: KernelCall, x: TensorInfo, preluWeights: TensorInfo | undefined) => TensorInfo;

const activations: Readonly<Record<string, Activation>> = {
  relu: (call, x) => call.run('Relu', { x }),
  relu6: (call, x) => call.run('Relu6', { x }),
  elu: (call, x) => call.run('Elu', { x }),
  sigmoid: (call, x) => call.run('Sigmoid', { x }),
  leakyrelu: (call, x) => call.run('LeakyRelu', { x }, { alpha: call.attributes['leakyreluAlpha'] ?? 0 }),
  prelu: (call, x, alpha) => (alpha ? call.run('Prelu', { x, alpha }) : x),
};

function consume(call: KernelCall, x: TensorInfo, next: (x: TensorInfo) => TensorInfo): TensorInfo {
  const result = next(x);
  if (result !== x) call.host.free(x);
  return result;
}

function product(call: KernelCall): TensorInfo | undefined {
  const [a, b] = [input(call, 'a'), input(call, 'b')];
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const left = factor(a, Boolean(call.attributes['transposeA']));
  const right = factor(b, Boolean(call.attributes['transposeB']));
  const batchShape = broadcastShapes(left.batchShape, right.batchShape);
  const { host } = call;
  const out = host.output([...batchShape, left.rows, right.columns]);
  const [from, by, to] = [host.address(a), host.address(b), host.address(out)];
  const multiply = (batches: number, batch: { a: number; b: number; out: number }) =>
    host.kernels.multiplyBatches(
      from + 4 * batch.a * left.size,
      left.rowStep,
      left.columnStep,
      left.batches === 1 ? 0 : 4 * left.size,
      by + 4 * batch.b * right.size,
      right.rowStep,
      right.columnStep,
      right.batches === 1 ? 0 : 4 * right.size,
      to + 4 * batch.out * left.rows * right.columns,
      left.rows,
      right.columns,
      left.columns,
      batches,
      host.scratch,
    );
  const batches = sizeOf(batchShape);
  const isRegular = [left, right].every((side) => side.batches === 1 || side.batches === batches);
  if (isRegular) multiply(batches, { a: 0, b: 0, out: 0 });
  else {
    const [lefts, rights] = [left, right].map((side) => batchIndices(side.batchShape, batchShape));
    for (let i = 0; i < batches; i++) multiply(1, { a: lefts![i]!, b: rights![i]!, out: i });
  }
  return out;
}

/** One side of a product: its logical rows and columns, and the bytes from one to the next. */
function factor({ shape }: TensorInfo, isTransposed: boolean) {
  const [outer, inner] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const batchShape = shape.slice(0, -2);
  const stored = { size: outer * inner, batchShape, batches: sizeOf(batchShape) };
  return isTransposed
    ? { ...stored, rows: inner, columns: outer, rowStep: 4, columnStep: 4 * inner }
    : { ...stored, rows: outer, columns: inner, rowStep: 4 * inner, columnStep: 4 };
}

/** The common shape of two batch shapes; TensorFlow.js has checked that they fit. */
function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return left === 1 ? right : left;
  });
}

/** For every batch of `target`, the index of the batch of `shape` that is broadcast to it. */
function batchIndices(shape: readonly number[], target: readonly number[]): number[] {
  let indices = [0];
  target.forEach((length, axis) => {
    const own = shape[shape.length - target.length + axis] ?? 1;
    const steps = Array.from({ length }, (_, i) => (own === 1 ? 0 : i));
    indices = indices.flatMap((index) => steps.map((step) => index * own + step));
  });
  return indices;
}
