/** The middle of the sorted values, between the two middle ones when their count is even. */
export function median(values: readonly number[]): number {
  return medianOf(Float64Array.from(values));
}

/** The same, of numbers that it sorts where they are. */
export function medianOf(values: Float64Array): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
