import { requireFiniteNorms } from '../checks.js';
import { roundUp } from '../compared-numbers.js';
import type { MatcherSupport } from '../kernels.js';
import { isShared } from '../threads/shared-rows.js';
import type { Team } from '../threads/team.js';
import { type Arena, ifThereIsRoom } from './arena.js';
import { type Basis, createBasis } from './basis.js';

/** A support set in an arena; see assembly/records.ts for what lies at `record`. */
export interface PackedSupport {
  readonly arena: Arena;
  readonly size: number;
  readonly columns: number;
  /** Numbers a row, padded with zeros to a multiple of 8. */
  readonly stride: number;
  /** Numbers of an integer copy: as many, or fewer where rows are turned. */
  readonly depth: number;
  /** Rows, padded to a multiple of 8. */
  readonly width: number;
  readonly record: number;
}

/** Rows in a chunk of packing, and that are looked up at once: a multiple of 8. */
const CHUNK_ROWS = 64;
/** Bytes of the fields of a support, and of its integers before the doubles. */
const RECORD_BYTES = 120;
const INTEGER_FIELDS = 18;
const DOUBLE_FIELDS = 6;
/** Fields that say where a thread turns rows. */
const TURNINGS_FIELD = 16;
/** Doubles that a chunk of packing reports. */
const TOTALS = 4;
/** How much further turned rows may lie from their integers than others do, which are off by the root of a twelfth a number. */
const MOST_ERROR = 2;

/** About how many bytes a support takes beside its rows. */
export function supportBytes(rows: number, columns: number): number {
  return roundUp(rows) * (2 * roundUp(columns) + 24);
}

/** Where a support is packed. */
export interface PackingPlace {
  readonly arena: Arena;
  readonly team: Team;
}

/**
 * Sums the squares of the rows, centred on row 0, and makes their integer copies, of fewer numbers where there is a span that holds the rows. The
 * rows themselves are copied only where threads share the arena and could not see them; else they are looked up in `vectors`. Throws
 * `not-finite` or `out-of-memory`.
 */
export function packSupport(support: MatcherSupport, { arena, team }: PackingPlace): PackedSupport {
  const { vectors, span } = support;
  const record = arena.allocate(RECORD_BYTES, 'a support');
  const mark = arena.mark();
  const stride = roundUp(vectors.columns);
  // Before any task: a worker hears of the rows with the memory.
  if (isLookedUp(support, arena)) arena.rows = { data: vectors.data, columns: vectors.columns, stride };
  const basis = span && ifThereIsRoom(arena, () => createBasis(span, { arena, team, stride }));
  const packed = pack(support, { arena, team, record, basis });
  if (!basis || areTurnedWell(packed)) return packed;
  arena.release(mark);
  return pack(support, { arena, team, record, basis: undefined });
}

/** Whether the rows lie where the basis says that they do. */
function areTurnedWell({ arena, stride, record }: PackedSupport): boolean {
  const [scale, error] = arena.doubles(record + 4 * INTEGER_FIELDS, DOUBLE_FIELDS);
  return error! <= MOST_ERROR * scale! * Math.sqrt(stride / 12);
}

/** Whether all threads that share the arena can see the rows where they are. */
function isLookedUp({ vectors }: Pick<MatcherSupport, 'vectors'>, arena: Arena): boolean {
  return !arena.isShared || isShared(vectors);
}

interface Place extends PackingPlace {
  /** Where the fields of the support go; no other part begins at address 0, which stands for none. */
  readonly record: number;
  readonly basis: Basis | undefined;
}

function pack(support: MatcherSupport, place: Place): PackedSupport {
  const { vectors } = support;
  const size = vectors.rows;
  const { arena, team, record } = place;
  const packed = allocateSupport(support, place);
  const { stride, addresses } = packed;
  const inChunks = chunkedOver(packed, team);
  if (addresses.rows) {
    copyRows(arena, addresses.rows, { ...vectors, stride });
    inChunks('centreChunk');
    arena.kernels.sumColumns(addresses.rows, 1, size, stride, size, addresses.mean);
  } else {
    centreLookedUp(packed, addresses.room, addresses.mean);
  }
  requireFiniteNorms(arena.floats(addresses.norms, size), 'createMatcher: support row');
  const [largest, square, norm] = inChunks('surveyChunk');
  arena.kernels.chooseScale(record, largest!, square!, norm!);
  quantize(packed, team);
  return packed;
}

/** Makes the integer copies of a support whose scale has been chosen. */
function quantize(packed: PackedSupport, team: Team): void {
  const { arena, record } = packed;
  const { kernels } = arena;
  const mark = arena.mark();
  const bytes = kernels.turningBytes(record, CHUNK_ROWS);
  const turnings = arena.allocate(bytes * team.size, 'rows that are turned');
  arena.integers(record, INTEGER_FIELDS).set([turnings, bytes], TURNINGS_FIELD);
  const inChunks = chunkedOver(packed, team);
  let found = inChunks('quantizeChunk');
  const [, square, largest] = found;
  if (kernels.coarsenScale(record, largest!, square!)) found = inChunks('quantizeChunk');
  arena.release(mark);
  const [error, integerSquare] = found;
  const doubles = arena.doubles(record + 4 * INTEGER_FIELDS, DOUBLE_FIELDS);
  doubles[1] = error!;
  doubles[3] = Math.sqrt(integerSquare!) * (1 + 2 ** -40);
}

/** Room for a support, its raw parts and the fields of assembly/records.ts. */
function allocateSupport({ vectors, goodClasses }: MatcherSupport, { arena, team, record, basis }: Place) {
  const { rows: size, columns } = vectors;
  const [stride, width] = [roundUp(columns), roundUp(size)];
  const depth = basis?.depth ?? stride;
  const origin = arena.allocate(4 * stride, 'the origin');
  const mean = arena.allocate(4 * stride, 'the mean');
  const zeros = arena.allocate(4 * stride, 'zeros');
  const isThere = isLookedUp({ vectors }, arena);
  const rows = isThere ? 0 : arena.allocate(4 * size * stride, `${size} support rows of ${columns} numbers`);
  const room = isThere ? arena.allocate(4 * CHUNK_ROWS * stride * team.size, 'some support rows') : 0;
  const norms = arena.allocate(4 * width, 'norms');
  const classes = arena.allocate(4 * width, 'classes');
  const panels = arena.allocate(2 * width * depth, `integer copies of ${size} support rows of ${depth} numbers`);
  const lengths = arena.allocate(4 * width, 'lengths');
  const places = [origin, mean, rows, norms, classes, panels, lengths, room, zeros];
  const turning = basis ? [basis.columns, basis.rows] : [0, 0];
  arena.integers(record, INTEGER_FIELDS).set([size, stride, depth, width, 0, ...places, ...turning, 0, 0]);
  arena.doubles(record + 4 * INTEGER_FIELDS, DOUBLE_FIELDS).set([0, 0, 0, 0, basis?.norm ?? 0, basis?.stretch ?? 0]);
  arena.floats(origin, stride).fill(0).set(vectors.data.subarray(0, columns));
  arena.floats(zeros, stride).fill(0);
  // No prediction is -2, so padded rows are never good; their integer copies are infinitely long.
  arena.integers(classes, width).fill(-2).set(goodClasses);
  const addresses = { rows, mean, norms, room };
  return { arena, size, columns, stride, depth, width, record, addresses };
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
