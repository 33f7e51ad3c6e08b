// What turning costs (docs/decisions/0004), in products of two integers: of a row, two products with the basis in float32; of the basis, products of
// its vectors with each other and a triangular inverse, in double.
const ROW_COST = 4.1;
const PRODUCTS_COST = 8;
const INVERSE_COST = 60;

/** A support of N `rows` of M `columns` whose span has D `dimensions`. */
export interface SupportSizes {
  readonly rows: number;
  readonly columns: number;
  readonly dimensions: number;
}

/**
 * From how many queries on it saves time to compare D numbers of a row instead of M, though all support rows and every query have to be turned for
 * it; Infinity where it never does.
 */
export function queriesToTurn({ rows, columns, dimensions }: SupportSizes): number {
  const [stride, depth] = [roundUp(columns), roundUp(dimensions)];
  const saved = rows * (stride - depth) - ROW_COST * depth * stride;
  if (depth === 0 || saved <= 0) return Number.POSITIVE_INFINITY;
  return (ROW_COST * rows * depth * stride + PRODUCTS_COST * depth ** 2 * stride + INVERSE_COST * depth ** 3) / saved;
}

/** How many numbers of a query and of a support row are compared in their integer copies, when so many queries are known of. */
export function comparedNumbers({ queries, ...sizes }: SupportSizes & { readonly queries: number }): number {
  return queries >= queriesToTurn(sizes) ? sizes.dimensions : sizes.columns;
}

/** Rows, or numbers of a row, with their padding: a multiple of 8. */
export function roundUp(count: number): number {
  return Math.ceil(count / 8) * 8;
}
