import { countBelow } from '@sdmjs/core';

/** Values that leave one by one, and the ranks of those that are left; every question and every removal takes O(log n). */
export interface OrderStatistics {
  /** Takes out the value given at `index`, once. */
  remove(index: number): void;
  /** The value left with `rank` smaller ones before it, from 0; NaN when there is none. */
  at(rank: number): number;
  /** How many of the values left are at least `value`. */
  countAtLeast(value: number): number;
}

/** A Fenwick tree over the sorted values. */
export function createOrderStatistics(values: Float32Array): OrderStatistics {
  const size = values.length;
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const sorted = Float32Array.from(order, (index) => values[index]!);
  const positions = new Int32Array(size);
  order.forEach((index, position) => {
    positions[index] = position;
  });
  // Node k holds the number of values left among the `k & −k` positions that end at k.
  const tree = Int32Array.from({ length: size + 1 }, (_, k) => k & -k);
  const top = size === 0 ? 0 : 2 ** Math.floor(Math.log2(size));

  function leftBefore(position: number): number {
    let total = 0;
    for (let k = position; k > 0; k -= k & -k) total += tree[k]!;
    return total;
  }

  return {
    remove(index) {
      for (let k = positions[index]! + 1; k <= size; k += k & -k) tree[k]!--;
    },
    at(rank) {
      let [position, before] = [0, rank];
      for (let step = top; step > 0; step >>= 1) {
        const next = position + step;
        if (next > size || tree[next]! > before) continue;
        position = next;
        before -= tree[next]!;
      }
      return sorted[position] ?? Number.NaN;
    },
    countAtLeast: (value) => leftBefore(size) - leftBefore(countBelow({ sorted }, value)),
  };
}
