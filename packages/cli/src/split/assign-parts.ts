import { createRandom, SdmError } from '@sdmjs/core';

/** A part of a split and its share of the rows. */
export interface Part {
  readonly name: string;
  readonly share: number;
}

export interface SplitRequest {
  /** `[rows]` Rows of one key stay together; undefined: the row stands for itself. */
  readonly groups: readonly (string | undefined)[];
  readonly labels: Int32Array;
  readonly parts: readonly Part[];
  readonly seed: number | bigint;
}

/**
 * The part of each row `[rows]`. Groups are dealt in random order, stratum by stratum (the label of their first row), each to the part that is
 * furthest behind its share of the stratum. Throws `out-of-range` when a part comes out empty.
 */
export function assignParts({ groups, labels, parts, seed }: SplitRequest): Int32Array {
  const members = new Map<string, number[]>();
  groups.forEach((group, row) => {
    const key = group === undefined ? `row ${row}` : `group ${group}`;
    const rows = members.get(key);
    if (rows) rows.push(row);
    else members.set(key, [row]);
  });
  const blocks = [...members.values()];
  const order = createRandom(seed).permutation(blocks.length);
  const assigned = new Int32Array(labels.length);
  const filled = new Map<number, number[]>();
  for (const index of order) {
    const rows = blocks[index]!;
    const stratum = labels[rows[0]!]!;
    const counts = filled.get(stratum) ?? parts.map(() => 0);
    filled.set(stratum, counts);
    const dealt = counts.reduce((sum, count) => sum + count, 0) + rows.length;
    const gaps = parts.map(({ share }, part) => share * dealt - counts[part]!);
    const part = gaps.indexOf(Math.max(...gaps));
    counts[part]! += rows.length;
    for (const row of rows) assigned[row] = part;
  }
  const empty = parts.find((_, part) => !assigned.includes(part));
  if (empty !== undefined) {
    throw new SdmError(
      'out-of-range',
      `sdm split: part "${empty.name}" has no row; give more rows or groups, or a larger share`,
    );
  }
  return assigned;
}
