import { createMatrix, createRandom, type Matrix, rowOf } from '@sdmjs/core';
import { createExactIndex, type ExemplarIndex, type IndexedSupport, type Matches } from '@sdmjs/exemplars';
import { createTensorIndex } from '@sdmjs/exemplars/tensor';
import type { Bench, Section } from './bench.js';
import type { Check } from './results.js';
import { explainDifferences } from './near-ties.js';
import { timed } from './timed.js';

const MAX_SIMILARITY = 2048;

interface Case {
  readonly support: number;
  readonly queries: number;
  readonly columns: number;
  /** Runs on the CPU; a single one is the first, without a warm-up. */
  readonly cpuRepeats: number;
  /** Tensors on WebAssembly take a hundred times as long as the kernels: only where that is seconds. */
  readonly hasWasm: boolean;
}

const CASES: Record<Bench['size'], readonly Case[]> = {
  smoke: [{ support: 300, queries: 100, columns: 32, cpuRepeats: 1, hasWasm: true }],
  full: [
    { support: 1000, queries: 1000, columns: 64, cpuRepeats: 5, hasWasm: true },
    { support: 10_000, queries: 1, columns: 1000, cpuRepeats: 9, hasWasm: true },
    { support: 10_000, queries: 1000, columns: 1000, cpuRepeats: 3, hasWasm: false },
    { support: 10_000, queries: 10_000, columns: 1000, cpuRepeats: 1, hasWasm: false },
    { support: 100_000, queries: 1000, columns: 256, cpuRepeats: 1, hasWasm: false },
  ],
};

/** Matching on the device against the exact index of the CPU kernels. */
export const matching: Section = async (bench, report) => {
  for (const given of CASES[bench.size]) {
    const { support, queries, predictions } = drawCase(given);
    const ask = (index: ExemplarIndex) => index.match(queries, predictions, { maxSimilarity: MAX_SIMILARITY });
    const run = async (index: ExemplarIndex, repeats: number) => {
      let matches: Matches | undefined;
      const once = async () => (matches = await ask(index));
      const spread = await timed(once, { warmUps: repeats === 1 ? 0 : 1, repeats });
      index.dispose();
      return { matches: matches!, spread };
    };
    const onTensors = (distancesAtOnce: number | undefined, repeats: number) => async () =>
      run(await createTensorIndex(bench.tf, support, { distancesAtOnce }), repeats);
    const exact = await run(await createExactIndex(support), given.cpuRepeats);
    const plain = await bench.onDevice(onTensors(undefined, 7));
    const large = await bench.onDevice(onTensors(LARGE_TILE, 7));
    const others = [{ name: 'kernels', spread: exact.spread }];
    if (given.hasWasm) {
      const wasm = await bench.onWasm(onTensors(undefined, given.cpuRepeats));
      others.push({ name: 'WebAssembly tensors', spread: wasm.spread });
    }
    const name = `${given.queries} quer${given.queries === 1 ? 'y' : 'ies'} against ${given.support} rows of ${given.columns}`;
    const work = { amount: (2 * given.queries * given.support * given.columns) / 1e9, unit: 'GFLOP' };
    report({
      checks: [
        compare(name, { support, queries, predictions }, plain.matches, exact.matches),
        compare(`${name}, larger tiles`, { support, queries, predictions }, large.matches, exact.matches),
      ],
      timings: [
        { what: name, device: plain.spread, others, work },
        { what: `${name}, distancesAtOnce 2^26`, device: large.spread, others, work },
      ],
    });
  }
};

const LARGE_TILE = 2 ** 26;

function compare(
  name: string,
  request: { support: IndexedSupport; queries: Matrix; predictions: Int32Array },
  ...[found, exact]: [found: Matches, exact: Matches]
): Check {
  const { equal, tied, wrong } = explainDifferences({ ...request, maxSimilarity: MAX_SIMILARITY }, found, exact);
  return {
    what: `q and nearest row, ${name}`,
    wanted: 'equal but for near ties',
    found: `${equal} equal, ${tied} near ties, ${wrong} wrong`,
    passed: wrong === 0,
  };
}

/** Two overlapping classes: one column in five carries the label, and one support row in ten is predicted wrongly. */
function drawCase({ support, queries, columns }: Case) {
  const random = createRandom(11);
  const draw = (rows: number) => {
    const matrix = createMatrix(rows, columns);
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 2);
    labels.forEach((label, i) => {
      const row = rowOf(matrix, i);
      for (let k = 0; k < columns; k++) row[k] = random.normal() + (k % 5 === 0 ? label : 0);
    });
    return { matrix, labels };
  };
  const rows = draw(support);
  const asked = draw(queries);
  return {
    support: {
      representations: rows.matrix,
      labels: rows.labels,
      predictions: rows.labels.map((label) => (random.nextDouble() < 0.1 ? 1 - label : label)),
    },
    queries: asked.matrix,
    predictions: asked.labels,
  };
}
