/** What it costs to turn a row, forth and back in float32, more than a product of integers over as many numbers: some 4.5, and as much to gain. */
const TURNING_COST = 9;

/**
 * How many numbers of a query and a support row bounds are taken from: the `columns` M of a row, or the `dimensions` D of its span where they are
 * fewer and there are so many rows that a query saves more than it takes to turn it.
 */
export function comparedNumbers(support: {
  readonly rows: number;
  readonly columns: number;
  readonly dimensions: number;
}): number {
  const { rows, columns, dimensions } = support;
  const [stride, depth] = [roundUp(columns), roundUp(dimensions)];
  const isTurned = depth > 0 && rows * (stride - depth) > TURNING_COST * depth * stride;
  return isTurned ? dimensions : columns;
}

/** Rows, or numbers of a row, with their padding: a multiple of 8. */
export function roundUp(count: number): number {
  return Math.ceil(count / 8) * 8;
}
