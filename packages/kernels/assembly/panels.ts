// How integer copies lie side by side, and what comes of their products.

/** Queries of a panel: with 8 support rows, sums and factors fill 14 of the 16 registers that there are at least. */
export const PANEL_QUERIES: i32 = 5;
/** Bytes of two numbers of a panel of queries and of 8 support rows. */
export const QUERY_STEP: usize = 20;
export const SUPPORT_STEP: usize = 32;

/** Columns whose sums of products, or distances, lie side by side: a granule of a support, a span of places. */
export const COLUMNS: i32 = 256;
/** Bytes from those of one query to those of the next. */
export const COLUMNS_BYTES: usize = <usize>COLUMNS * 4;

/** Queries in whole panels. */
export function paddedQueries(count: i32): i32 {
  return ((count + PANEL_QUERIES - 1) / PANEL_QUERIES) * PANEL_QUERIES;
}

/** Where the integers of a query begin, two of them every QUERY_STEP bytes; `pairs` is how many twos there are. */
export function queryLane(panels: usize, pairs: usize, query: i32): usize {
  return panels + <usize>(query / PANEL_QUERIES) * pairs * QUERY_STEP + <usize>(query % PANEL_QUERIES) * 4;
}

/** Where the integers of a support row begin, two of them every SUPPORT_STEP bytes. */
export function supportLane(panels: usize, pairs: usize, row: i32): usize {
  return panels + <usize>(row >> 3) * pairs * SUPPORT_STEP + <usize>(row & 7) * 4;
}
