import { type HostKernel, input, sizeOf } from './kernel.js';

/** tf.gather, `batchDims` too (for which the stock kernel gives wrong values). */
export const gather: HostKernel = {
  kernelName: 'GatherV2',
  compute(call) {
    const [x, indices] = [input(call, 'x'), input(call, 'indices')];
    if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined;
    const rank = x.shape.length;
    const axis = fromFront(Number(call.attributes['axis'] ?? 0), rank);
    const batchRank = fromFront(Number(call.attributes['batchDims'] ?? 0), indices.shape.length);
    const before = x.shape.slice(0, axis);
    const after = x.shape.slice(axis + 1);
    const places = indices.shape.slice(batchRank);
    const { host } = call;
    const out = host.output([...before, ...places, ...after], x.dtype);
    const batches = sizeOf(x.shape.slice(0, batchRank));
    const middle = sizeOf(x.shape.slice(batchRank, axis));
    const source = [host.address(x), batches, middle, x.shape[axis] ?? 0];
    const chosen = [host.address(indices), sizeOf(places), 4 * sizeOf(after)];
    const bad = host.kernels.gatherBlocks(...source, ...chosen, host.address(out));
    if (bad < 0) return out;
    host.free(out);
    throw new RangeError(`gather: index number ${bad} is not in [0, ${(x.shape[axis] ?? 0) - 1}]`);
  },
};

function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
