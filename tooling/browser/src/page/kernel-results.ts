import { createMatrix, createRandom, fingerprintOf, type Matrix } from '@sdmjs/core';
import { createPlainKernels, type Kernels } from '@sdmjs/kernels';

/** The arrays that each kernel gave, by its name. */
export type KernelResults = Readonly<Record<string, readonly (Float32Array | Float64Array | Int32Array)[]>>;

/** What every kernel gives on seeded rows, with tasks large enough for threads. */
export async function kernelResults(kernels: Kernels): Promise<KernelResults> {
  return {
    multiplyTransposed: [kernels.multiplyTransposed(draw(400, 256, 1), draw(600, 256, 2)).data],
    multiply: [kernels.multiply(draw(400, 256, 3), draw(256, 600, 4)).data],
    ...(await matchingResults(kernels)),
    thinAdam: adamResults(kernels),
  };
}

/** Names of the kernels that did not give the same bits. */
export function differences(got: KernelResults, wanted: KernelResults): string[] {
  return Object.keys(wanted).filter((name) => {
    const [ours, theirs] = [got[name]!.map(bytesOf), wanted[name]!.map(bytesOf)];
    return !ours.every((bytes, i) => bytes.length === theirs[i]!.length && bytes.every((b, j) => b === theirs[i]![j]));
  });
}

/** One SHA-256 a kernel, to compare what two programs gave. */
export async function digestsOf(results: KernelResults): Promise<Record<string, string>> {
  const digests = Object.entries(results).map(async ([name, arrays]) => [
    name,
    await fingerprintOf(arrays.map(bytesOf)),
  ]);
  return Object.fromEntries(await Promise.all(digests)) as Record<string, string>;
}

/** Of rows that lie anywhere, and of rows that lie in eight dimensions and are compared there. */
async function matchingResults(kernels: Kernels): Promise<KernelResults> {
  const span = draw(WIDTH, 8, 11);
  // The same rows for all kernels, whose products may be rounded otherwise.
  const { multiplyTransposed } = createPlainKernels();
  const inSpan = (rows: number, seed: number) => multiplyTransposed(draw(rows, 8, seed), span);
  return {
    ...(await matchBy(kernels, { name: '', rowsOf: (rows, seed) => draw(rows, WIDTH, seed) })),
    ...(await matchBy(kernels, { name: ', turned', rowsOf: inSpan, span })),
  };
}

const WIDTH = 48;

interface MatchedRows {
  readonly name: string;
  readonly rowsOf: (rows: number, seed: number) => Matrix;
  readonly span?: Matrix;
}

async function matchBy(kernels: Kernels, { name, rowsOf, span }: MatchedRows): Promise<KernelResults> {
  const SIZE = 2000;
  const vectors = kernels.createRows(SIZE, WIDTH);
  vectors.data.set(rowsOf(SIZE, 5).data);
  const random = createRandom(6);
  const goodClasses = Int32Array.from({ length: SIZE }, () => Math.floor(random.uniform(-0.2, 3)));
  const matcher = kernels.createMatcher({ vectors, goodClasses, span });
  const queries = rowsOf(900, 7);
  const predictions = Int32Array.from({ length: queries.rows }, (_, i) => i % 3);
  const matched = await matcher.match({ queries, predictions, maxSimilarity: 1000 });
  const own = goodClasses.map((good) => Math.max(0, good));
  const mutual = await matcher.matchSupport({ predictions: own, maxSimilarity: 1000 });
  const nearest = matcher.nearest(rowsOf(1, 8).data, 25);
  const results = { match: matched, matchSupport: mutual, nearest };
  matcher.dispose();
  return Object.fromEntries(Object.entries(results).map(([key, arrays]) => [key + name, Object.values(arrays)]));
}

function adamResults(kernels: Kernels): KernelResults[string] {
  const [rows, columns, classes] = [1000, 1024, 3];
  const adam = kernels.createThinAdam(draw(rows, columns, 9));
  const sums: Float64Array[] = [];
  for (let step = 1; step <= 4; step++) {
    const [gradient, factors, next] = [
      draw(classes, columns, 10 * step),
      draw(classes, rows, 10 * step + 1),
      draw(classes, rows, 10 * step + 2),
    ];
    const moving = { step: 1e-3 / (1 - 0.9 ** step), scale: 1 / Math.sqrt(1 - 0.999 ** step) };
    sums.push(adam.step({ gradient, factors, next, ...moving }));
  }
  const { means, squares } = adam.moments;
  const kept = [
    adam.weights.data.slice(),
    means.slice(),
    squares.slice(),
    adam.project(draw(classes, columns, 99)).data,
  ];
  adam.dispose();
  return [...kept, ...sums];
}

function draw(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}

/** A copy, since Web Crypto refuses shared memory. */
function bytesOf(array: Float32Array | Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(array.slice().buffer);
}
