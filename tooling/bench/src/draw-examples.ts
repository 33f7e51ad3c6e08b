import { createRandom, type Example } from '@sdmjs/core';

/** Two overlapping classes: one direction in five carries the label. */
export function drawExamples(
  split: string,
  seed: number,
  sizes: { readonly rows: number; readonly features: number },
): Example[] {
  const random = createRandom(seed);
  return Array.from({ length: sizes.rows }, (_, i) => ({
    id: `${split}-${i}`,
    label: i % 2,
    features: Float32Array.from(
      { length: sizes.features },
      (_, j) => random.normal() + (j % 5 === 0 ? (i % 2) * 0.3 : 0),
    ),
  }));
}
