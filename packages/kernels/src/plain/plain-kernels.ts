import { createMatrix } from '@sdmjs/core';
import type { Kernels } from '../kernels.js';
import { multiply, multiplyTransposed } from './multiply.js';
import { createPlainMatcher } from './plain-matcher.js';
import { createPlainThinAdam } from './plain-thin-adam.js';

/** The kernels in plain TypeScript: the definition of what every other build computes, and the fallback. */
export function createPlainKernels(): Kernels {
  return {
    name: 'plain',
    threads: 1,
    multiplyTransposed,
    multiply,
    hold: () => () => {},
    createRows: (rows, columns) => createMatrix(rows, columns),
    createMatcher: createPlainMatcher,
    createThinAdam: createPlainThinAdam,
    dispose: () => {},
  };
}
