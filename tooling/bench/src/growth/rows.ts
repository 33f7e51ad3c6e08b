import { createMatrix, type ExampleTable } from '@sdmjs/core';

/** Seeded rows of overlapping classes, some hundred million numbers a minute: every class shifts its share of the features. */
export function drawTable(
  { rows, features: columns, classes }: { readonly rows: number; readonly features: number; readonly classes: number },
  { name, seed }: { readonly name: string; readonly seed: number },
): ExampleTable {
  const next = createUniform(seed);
  const features = createMatrix(rows, columns);
  const labels = new Int32Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    const label = i % classes;
    labels[i] = label;
    for (let j = 0; j < columns; j++, at++) {
      features.data[at] = next() + next() + next() + (j % classes === label ? 0.1 : 0);
    }
  }
  // Short of 13 characters, as a file would give them: longer ones would be ropes of their parts in V8.
  return { ids: Array.from(labels, (_, i) => `${name}-${1_000_000 + i}`), labels, features };
}

/** Uniform numbers in [-0.5, 0.5) of a linear congruential generator: speed matters here, and quality does not. */
function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  };
}
