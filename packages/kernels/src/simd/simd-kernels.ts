import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireInnerSizes } from '../checks.js';
import type { Kernels } from '../kernels.js';
import { type Arena, createArena } from './arena.js';
import { MULTIPLY_SCRATCH_BYTES } from './module.js';
import { createSimdMatcher } from './simd-matcher.js';

/** The kernels in WebAssembly SIMD, equal to the plain ones bit for bit. */
export function createSimdKernels(module: WebAssembly.Module): Kernels {
  let scratch: Arena | undefined;

  return {
    name: 'simd',
    multiplyTransposed(a, b) {
      requireInnerSizes(a.columns, b.columns, 'multiplyTransposed');
      scratch ??= createArena(module);
      return product(scratch, { a, b, columns: b.rows, depthStep: 4, columnStep: 4 * b.columns });
    },
    multiply(a, b) {
      requireInnerSizes(a.columns, b.rows, 'multiply');
      scratch ??= createArena(module);
      return product(scratch, { a, b, columns: b.columns, depthStep: 4 * b.columns, columnStep: 4 });
    },
    createMatcher: (support) => createSimdMatcher(support, module),
    dispose() {
      scratch = undefined;
    },
  };
}

interface Factors {
  readonly a: Matrix;
  readonly b: Matrix;
  readonly columns: number;
  /** Bytes from one inner index of B to the next, and from one column of the product to the next. */
  readonly depthStep: number;
  readonly columnStep: number;
}

function product(arena: Arena, { a, b, columns, depthStep, columnStep }: Factors): Matrix {
  arena.release(0);
  const left = arena.allocate(4 * a.data.length, 'a factor');
  const right = arena.allocate(4 * b.data.length, 'a factor');
  const target = arena.allocate(4 * a.rows * columns, 'a product');
  const packed = arena.allocate(MULTIPLY_SCRATCH_BYTES, 'packing');
  arena.floats(left, a.data.length).set(a.data);
  arena.floats(right, b.data.length).set(b.data);
  const aSteps = [4 * a.columns, 4, 0];
  const bSteps = [depthStep, columnStep, 0];
  arena.kernels.multiplyBatches(left, ...aSteps, right, ...bSteps, target, a.rows, columns, a.columns, 1, packed);
  return createMatrix(a.rows, columns, arena.floats(target, a.rows * columns).slice());
}
