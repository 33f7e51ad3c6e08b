import type { Attribute, TensorInfo } from '@tensorflow/tfjs-core';
import { type HostKernel, input, type KernelCall, sizeOf } from './kernel.js';

/** tf.sum over neighbouring axes; the stock kernel copies a transpose first unless they are the last ones. */
export const sum: HostKernel = { kernelName: 'Sum', compute: (call) => reduce(call, () => 1) };

/** tf.mean over neighbouring axes. */
export const mean: HostKernel = { kernelName: 'Mean', compute: (call) => reduce(call, (count) => count) };

function reduce(call: KernelCall, divisorOf: (count: number) => number): TensorInfo | undefined {
  const x = input(call, 'x');
  const axes = reducedAxes(call.attributes['axis'], x.shape.length);
  const areNeighbours = axes.every((axis, i) => axis === axes[0]! + i);
  if (x.dtype !== 'float32' || axes.length === 0 || !areNeighbours) return undefined;
  const [first, end] = [axes[0]!, axes[0]! + axes.length];
  const [before, between, after] = [x.shape.slice(0, first), x.shape.slice(first, end), x.shape.slice(end)];
  const kept = call.attributes['keepDims'] ? between.map(() => 1) : [];
  const { host } = call;
  const out = host.output([...before, ...kept, ...after]);
  const [batches, rows, columns] = [sizeOf(before), sizeOf(between), sizeOf(after)];
  const [from, to, divisor] = [host.address(x), host.address(out), divisorOf(rows)];
  if (columns === 1) host.kernels.sumRows(from, batches, rows, divisor, to);
  else host.kernels.sumColumns(from, batches, rows, columns, divisor, to);
  return out;
}

/** The axes of an attribute, ascending and counted from the front; all of them when it names none. */
function reducedAxes(axis: Attribute | undefined, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const axes = [axis].flat().map(Number);
  return axes.map((each) => (each < 0 ? each + rank : each)).sort((a, b) => a - b);
}
