import { requireFiniteNorms } from '../checks.js';
import type { MatcherSupport } from '../kernels.js';
import type { Arena } from './arena.js';

/** A support set in an arena: addresses of its parts, rows padded to a multiple of 8. */
export interface PackedSupport {
  readonly arena: Arena;
  readonly size: number;
  readonly columns: number;
  /** `size` rounded up to a multiple of 8. */
  readonly width: number;
  readonly origin: number;
  readonly panels: number;
  readonly norms: number;
  readonly goodClasses: number;
}

/** Rows that are copied in, centred and packed at once. */
const CHUNK_ROWS = 256;

export function packSupport({ vectors, goodClasses }: MatcherSupport, arena: Arena): PackedSupport {
  const { rows: size, columns, data } = vectors;
  const width = Math.ceil(size / 8) * 8;
  const packed = {
    arena,
    size,
    columns,
    width,
    origin: arena.allocate(4 * columns, 'the origin'),
    panels: arena.allocate(4 * width * columns, `${size} support rows of ${columns} numbers`),
    norms: arena.allocate(4 * width, 'norms'),
    goodClasses: arena.allocate(4 * width, 'classes'),
  };
  arena.floats(packed.origin, columns).set(data.subarray(0, columns));
  // No prediction is -2, so padded rows are never good; their distance is set to Infinity.
  arena.integers(packed.goodClasses, width).fill(-2).set(goodClasses);
  const mark = arena.mark();
  const chunk = arena.allocate(4 * CHUNK_ROWS * columns, 'support rows');
  for (let start = 0; start < size; start += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, size - start);
    arena.floats(chunk, rows * columns).set(data.subarray(start * columns, (start + rows) * columns));
    arena.kernels.centreRows(chunk, rows, columns, packed.origin);
    const panels = packed.panels + 4 * start * columns;
    arena.kernels.packSupport(chunk, rows, columns, panels, packed.norms + 4 * start);
  }
  arena.release(mark);
  requireFiniteNorms(arena.floats(packed.norms, size), 'createMatcher: support row');
  return packed;
}
