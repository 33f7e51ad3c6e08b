import { createMatrix, createRandom, type Matrix } from '@sdmjs/core';
import { createPlainKernels, type Kernels, loadKernels } from '@sdmjs/kernels';

/** Prints products and matching of the SIMD build as multiples of the plain twin, with the rates of this machine beside them. */
export async function benchKernels(print: (line: string) => void): Promise<void> {
  const simd = await loadKernels();
  const plain = createPlainKernels();
  for (const [rows, columns, depth] of [
    [256, 256, 256],
    [1024, 600, 48],
    [128, 2000, 1000],
  ] as const) {
    const [a, b] = [randomMatrix(rows, depth, 1), randomMatrix(columns, depth, 2)];
    const work = 2 * rows * columns * depth;
    const rate = (kernels: Kernels, times: number) => work / best(times, () => kernels.multiplyTransposed(a, b)) / 1e6;
    const [fast, slow] = [rate(simd, 10), rate(plain, 2)];
    const name = `multiplyTransposed ${rows} x ${columns} x ${depth}`;
    print(`${name}: ${fast.toFixed(1)} GFLOP/s, ${(fast / slow).toFixed(0)} x plain`);
  }
  const [fast, slow] = [await matchRate(simd, 512), await matchRate(plain, 16)];
  print(`match against 10000 x 256: ${fast.toFixed(0)} queries/s, ${(fast / slow).toFixed(0)} x plain`);
}

async function matchRate(kernels: Kernels, queryCount: number): Promise<number> {
  const vectors = randomMatrix(10_000, 256, 3);
  const goodClasses = Int32Array.from({ length: vectors.rows }, (_, i) => (i % 3) - 1);
  const matcher = kernels.createMatcher({ vectors, goodClasses });
  const queries = randomMatrix(queryCount, 256, 4);
  const request = { queries, predictions: new Int32Array(queryCount), maxSimilarity: 2048 };
  let shortest = Infinity;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    await matcher.match(request);
    shortest = Math.min(shortest, performance.now() - start);
  }
  matcher.dispose();
  return (1000 * queryCount) / shortest;
}

function best(times: number, work: () => unknown): number {
  let shortest = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}

/** Seeded normal numbers. */
export function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}
