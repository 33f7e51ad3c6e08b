import { requireFiniteNorms } from '../checks.js';
import type { MatcherSupport } from '../kernels.js';
import { isShared } from '../threads/shared-rows.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';

/** A support set in an arena; see assembly/records.ts for what lies at `record`. */
export interface PackedSupport {
  readonly arena: Arena;
  readonly size: number;
  readonly columns: number;
  /** Numbers a row, padded with zeros to a multiple of 8. */
  readonly stride: number;
  /** Rows, padded to a multiple of 8. */
  readonly width: number;
  readonly record: number;
}

/** Rows in a chunk of packing, and that are looked up at once: a multiple of 8. */
const CHUNK_ROWS = 64;
/** Bytes of the fields of a support, and of its integers before the doubles. */
const RECORD_BYTES = 80;
const INTEGER_FIELDS = 12;
/** Doubles that a chunk of packing reports. */
const TOTALS = 4;

/** About how many bytes a support takes beside its rows. */
export function supportBytes(rows: number, columns: number): number {
  return roundUp(rows) * (2 * roundUp(columns) + 24);
}

/**
 * Sums the squares of the rows, centred on row 0, and makes their integer copies. The rows themselves are copied only where threads share the
 * arena and could not see them; else they are looked up in `vectors`. Throws `not-finite` or `out-of-memory`.
 */
export function packSupport({ vectors, goodClasses }: MatcherSupport, arena: Arena, team: Team): PackedSupport {
  const { rows: size, columns } = vectors;
  const stride = roundUp(columns);
  const width = roundUp(size);
  const record = arena.allocate(RECORD_BYTES, 'a support');
  const origin = arena.allocate(4 * stride, 'the origin');
  const mean = arena.allocate(4 * stride, 'the mean');
  const isCopied = arena.isShared && !isShared(vectors);
  const rows = isCopied ? arena.allocate(4 * size * stride, `${size} support rows of ${columns} numbers`) : 0;
  const room = isCopied ? 0 : arena.allocate(4 * CHUNK_ROWS * stride * team.size, 'some support rows');
  const norms = arena.allocate(4 * width, 'norms');
  const classes = arena.allocate(4 * width, 'classes');
  const panels = arena.allocate(2 * width * stride, `integer copies of ${size} support rows of ${columns} numbers`);
  const lengths = arena.allocate(4 * width, 'lengths');
  const fields = [size, stride, width, 0, origin, mean, rows, norms, classes, panels, lengths, room];
  arena.integers(record, INTEGER_FIELDS).set(fields);
  arena.floats(origin, stride).fill(0).set(vectors.data.subarray(0, columns));
  // No prediction is -2, so padded rows are never good; their integer copies are infinitely long.
  arena.integers(classes, width).fill(-2).set(goodClasses);
  const packed = { arena, size, columns, stride, width, record };
  const inChunks = chunkedOver(packed, team);
  if (isCopied) {
    copyRows(arena, rows, { ...vectors, stride });
    inChunks('centreChunk');
    arena.kernels.sumColumns(rows, 1, size, stride, size, mean);
  } else {
    arena.rows = { data: vectors.data, columns, stride };
    centreLookedUp(packed, room, mean);
  }
  requireFiniteNorms(arena.floats(norms, size), 'createMatcher: support row');
  const [largest, square, norm] = inChunks('surveyChunk');
  arena.kernels.chooseScale(record, largest!, square!, norm!);
  const [error, integerSquare] = inChunks('quantizeChunk');
  const doubles = arena.doubles(record + 4 * INTEGER_FIELDS, 4);
  doubles[1] = error!;
  doubles[3] = Math.sqrt(integerSquare!) * (1 + 2 ** -40);
  return packed;
}

/** `centreChunk` over all rows, with their mean, of which there is no need to be exact: it only has to be near them. */
function centreLookedUp({ arena, size, stride, record }: PackedSupport, room: number, mean: number): void {
  const sums = new Float64Array(stride);
  for (let start = 0; start < size; start += CHUNK_ROWS) {
    arena.kernels.centreChunk(record, CHUNK_ROWS, start / CHUNK_ROWS, 0);
    arena.kernels.sumColumns(room, 1, Math.min(CHUNK_ROWS, size - start), stride, 1, mean);
    arena.floats(mean, stride).forEach((sum, k) => {
      sums[k]! += sum;
    });
  }
  arena.floats(mean, stride).set(sums.map((sum) => sum / size));
}

/** Copies rows of `columns` numbers to `address`, `stride` numbers apart, with zeros between. */
export function copyRows(
  arena: Arena,
  address: number,
  rows: { readonly data: Float32Array; readonly rows: number; readonly columns: number; readonly stride: number },
): void {
  const { data, columns, stride } = rows;
  const target = arena.floats(address, rows.rows * stride);
  if (columns === stride) {
    target.set(data);
    return;
  }
  target.fill(0);
  for (let i = 0; i < rows.rows; i++) target.set(data.subarray(i * columns, (i + 1) * columns), i * stride);
}

/** Runs a task over all rows; returns the greatest of each number that its chunks report. */
function chunkedOver(packed: PackedSupport, team: Team) {
  const { arena, width, stride, record } = packed;
  const chunks = Math.ceil(width / CHUNK_ROWS);
  return (name: 'centreChunk' | 'surveyChunk' | 'quantizeChunk'): number[] => {
    const mark = arena.mark();
    const totals = arena.allocate(8 * TOTALS * chunks, 'totals');
    arena.doubles(totals, TOTALS * chunks).fill(0);
    const parameters = name === 'centreChunk' ? [record, CHUNK_ROWS] : [record, CHUNK_ROWS, totals];
    team.run(arena, { name, parameters, chunks, work: width * stride });
    const found = arena.doubles(totals, TOTALS * chunks);
    const greatest = new Array<number>(TOTALS).fill(0);
    found.forEach((value, i) => {
      greatest[i % TOTALS] = Math.max(greatest[i % TOTALS]!, value);
    });
    arena.release(mark);
    return greatest;
  };
}

/** Rows, or numbers of a row, with their padding: a multiple of 8. */
export function roundUp(count: number): number {
  return Math.ceil(count / 8) * 8;
}
