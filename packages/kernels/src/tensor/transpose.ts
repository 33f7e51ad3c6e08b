import { type HostKernel, input, sizeOf } from './kernel.js';

/** tf.transpose that moves nothing (a view) or swaps two neighbouring axes before the last, as splitting and joining heads does. */
export const transpose: HostKernel = {
  kernelName: 'Transpose',
  compute(call) {
    const x = input(call, 'x');
    const order = [call.attributes['perm'] ?? []].flat().map(Number);
    const axis = order.findIndex((from, to) => from !== to);
    const { host } = call;
    if (axis < 0) return host.view(x, x.shape);
    const block = 4 * sizeOf(x.shape.slice(axis + 2));
    const isSwap = order.every((from, to) => from === (to === axis ? axis + 1 : to === axis + 1 ? axis : to));
    if (!isSwap || block < 16 || x.dtype !== 'float32') return undefined;
    const [rows, columns] = [x.shape[axis]!, x.shape[axis + 1]!];
    const batches = x.shape.slice(0, axis);
    const out = host.output([...batches, columns, rows, ...x.shape.slice(axis + 2)]);
    host.kernels.swapBlocks(host.address(x), sizeOf(batches), rows, columns, block, host.address(out));
    return out;
  },
};
