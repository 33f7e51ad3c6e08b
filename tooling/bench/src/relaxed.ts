import { setFlagsFromString } from 'node:v8';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import { randomMatrix } from './kernels.js';
import { type Comparison, compare, eachQuery } from './threads-and-bounds.js';

const FEATURES = 1024;
const REPRESENTATION = 1000;

/** What the relaxed SIMD build is worth beside the plain one, with one thread and with all; undefined where the engine has none. */
export async function compareRelaxed(): Promise<Comparison[] | undefined> {
  const comparisons: Comparison[] = [];
  for (const threads of [1, undefined]) {
    const relaxed = await loadRelaxed(threads);
    if (!relaxed) return undefined;
    const plain = await loadKernels({ threads });
    try {
      comparisons.push(...(await compareProjections(plain, relaxed)));
    } finally {
      plain.dispose();
      relaxed.dispose();
    }
  }
  return comparisons;
}

async function compareProjections(plain: Kernels, relaxed: Kernels): Promise<Comparison[]> {
  const weights = randomMatrix(REPRESENTATION, FEATURES, 1);
  const rows = randomMatrix(512, FEATURES, 2);
  for (const kernels of [plain, relaxed]) kernels.hold(weights);
  const threads = plain.threads === 1 ? '1 thread' : `${plain.threads} threads`;
  const manyBy = (kernels: Kernels) => () => void kernels.multiplyTransposed(rows, weights);
  const oneBy = (kernels: Kernels) => {
    const project = eachQuery(rows, (row) => kernels.multiplyTransposed(row, weights));
    return () => {
      for (let i = 0; i < 20; i++) project();
    };
  };
  // Enough that the workers of both are up.
  for (const work of [manyBy(plain), manyBy(relaxed)]) work();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const sides = (workBy: (kernels: Kernels) => () => void) => ({
    before: [`plain, ${threads}`, workBy(plain)] as const,
    after: [`relaxed, ${threads}`, workBy(relaxed)] as const,
  });
  return [
    await compare('project 512 rows', sides(manyBy)),
    await compare('project one document, 20 times', sides(oneBy)),
  ];
}

/** In Node 20 V8 has relaxed SIMD behind a flag. */
async function loadRelaxed(threads: number | undefined): Promise<Kernels | undefined> {
  const options = { deterministic: false, threads };
  const first = await loadKernels(options);
  if (first.name === 'relaxed-simd') return first;
  first.dispose();
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  const second = await loadKernels(options);
  if (second.name === 'relaxed-simd') return second;
  second.dispose();
  return undefined;
}
