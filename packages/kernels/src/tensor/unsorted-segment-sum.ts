import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelFunc } from '@tensorflow/tfjs-core';

/** The gradient of gather, which the WASM backend lacks: rows of `x` added up by segment; ids outside the segments are left out. */
export const unsortedSegmentSum: KernelFunc = ({ inputs, backend, attrs }) => {
  const wasm = backend as BackendWasm;
  const { x, segmentIds } = inputs;
  if (x === undefined || segmentIds === undefined) throw new TypeError('UnsortedSegmentSum: wanted x and segmentIds');
  const segmentCount = Number(attrs?.['numSegments']);
  const out = wasm.makeOutput([segmentCount, ...x.shape.slice(segmentIds.shape.length)], x.dtype);
  // Views are taken after the output is made, because that may move the heap.
  const sums = wasm.typedArrayFromHeap(out).fill(0);
  const values = wasm.typedArrayFromHeap(x);
  const segments = wasm.typedArrayFromHeap(segmentIds);
  const width = segments.length === 0 ? 0 : values.length / segments.length;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment < 0 || segment >= segmentCount) continue;
    for (let j = 0; j < width; j++) sums[segment * width + j]! += values[i * width + j]!;
  }
  return out;
};
