import type * as tfCore from '@tensorflow/tfjs-core';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

/** Adds UnsortedSegmentSum, the gradient of gather, to the WASM backend and changes nothing else. Returns false if it was there. */
export function registerGatherGradient(tf: typeof tfCore): boolean {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return false;
  tf.registerKernel({ kernelName: 'UnsortedSegmentSum', backendName: 'wasm', kernelFunc: unsortedSegmentSum });
  return true;
}
