import { measurePanel } from './granules';
import { supportLane } from './panels';
import { Support } from './records';

/** Squared distances between integer copies of one query (its integers in order) and of the support panels of one chunk. */
export function measureChunk(
  support: usize, query: usize, integers: usize, distances: usize, panelsInChunk: i32, chunk: i32, _thread: i32,
): void {
  const s = changetype<Support>(support);
  const pairs = <usize>s.depth >> 1;
  const end = min((chunk + 1) * panelsInChunk, s.width >> 3);
  for (let panel = chunk * panelsInChunk; panel < end; panel++) {
    const at = <usize>panel * 32;
    measurePanel(query, integers, 4, supportLane(s.panels, pairs, panel << 3), pairs, s.lengths + at, distances + at);
  }
}
