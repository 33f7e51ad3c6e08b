import { measurePanel } from './granules';
import { Support } from './records';

/** Queries of a panel: with 8 support rows, sums and factors fill 14 of the 16 registers that there are at least. */
export const PANEL_QUERIES: i32 = 5;
/** Bytes of two numbers of a panel of queries and of 8 support rows. */
export const QUERY_STEP: usize = 20;
export const SUPPORT_STEP: usize = 32;

/** Squared distances between integer copies of one query (its integers in order) and of the support panels of one chunk. */
export function measureChunk(
  support: usize, query: usize, integers: usize, distances: usize, panelsInChunk: i32, chunk: i32, _thread: i32,
): void {
  const s = changetype<Support>(support);
  const pairs = <usize>s.stride >> 1;
  const end = min((chunk + 1) * panelsInChunk, s.width >> 3);
  for (let panel = chunk * panelsInChunk; panel < end; panel++) {
    const at = <usize>panel * 32;
    measurePanel(query, integers, 4, s.panels + <usize>panel * pairs * SUPPORT_STEP, pairs, s.lengths + at, distances + at);
  }
}
