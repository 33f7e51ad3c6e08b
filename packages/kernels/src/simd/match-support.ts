import { ifThereIsRoom } from './arena.js';
import { roundUp } from '../compared-numbers.js';
import type { Matches } from '../kernels.js';
import type { ChunkTasks } from './module.js';
import type { Team } from '../threads/team.js';
import type { PackedSupport } from './packed-support.js';

/** Rows of a block: a multiple of 8 and of the queries of a panel. */
const BLOCK = 120;
/** Classes that are smaller on average make blocks that are not worth while. */
const LEAST_CLASS = 64;
/** Fewer rows than this are matched one by one as fast. */
const LEAST_ROWS = 512;
/** Multiplications of a thread between two turns of the event loop, some tenths of a second. */
const WORK_AT_ONCE = 1e10;
/** Rows that a thread can note for a place on average before it has to look them up. */
const NOTES_A_PLACE = 32;
const MOST_NOTES = 2 ** 18;
/** Places in a chunk of packing and of looking up. */
const CHUNK_PLACES = 256;
/** About how many rows are looked up for a place. */
const LOOKED_UP = 8;
/** Good class of rows that are not good. */
const NO_CLASS = -1;
/** Bytes of the fields of assembly/mutual.ts. */
const RECORD_BYTES = 96;
const BOUNDS_BYTES = 48;

/** Good rows in the order of their classes, each padded to a multiple of 8, and behind them the others. */
export interface Order {
  /** Row at each place, −1 for none. */
  readonly rows: Int32Array;
  /** Good rows, and places for them. */
  readonly good: number;
  readonly answered: number;
  /** Blocks: first place, rows, and where their class ends. */
  readonly blocks: readonly Block[];
}

interface Block {
  readonly start: number;
  readonly count: number;
  readonly end: number;
}

/** The order in which rows are matched to each other, or undefined where that is not worth while. */
export function orderByClass(goodClasses: Int32Array): Order | undefined {
  const counts = new Map<number, number>();
  for (const goodClass of goodClasses) counts.set(goodClass, (counts.get(goodClass) ?? 0) + 1);
  const others = counts.get(NO_CLASS) ?? 0;
  counts.delete(NO_CLASS);
  const good = goodClasses.length - others;
  if (good < LEAST_ROWS || 2 * good < goodClasses.length || good < LEAST_CLASS * counts.size) return undefined;
  const nextPlaces = new Map<number, number>();
  const blocks: Block[] = [];
  let answered = 0;
  for (const [goodClass, count] of counts) {
    const end = answered + roundUp(count);
    nextPlaces.set(goodClass, answered);
    for (let i = 0; i < count; i += BLOCK) {
      blocks.push({ start: answered + i, count: Math.min(BLOCK, count - i), end });
    }
    answered = end;
  }
  nextPlaces.set(NO_CLASS, answered);
  const rows = new Int32Array(answered + roundUp(others)).fill(-1);
  goodClasses.forEach((goodClass, row) => {
    const place = nextPlaces.get(goodClass)!;
    rows[place] = row;
    nextPlaces.set(goodClass, place + 1);
  });
  return { rows, good, answered, blocks };
}

/** What is matched: the good rows of a support, in some order. */
export interface GoodRows {
  readonly order: Order;
  readonly cap: number;
  /** Where their entries are written; those of other rows hold anything afterwards. */
  readonly matches: Matches;
}

/**
 * Matches the good rows of a support to all its other rows, each pair once. Yields, between two turns of work, the share that is done. What
 * it allocates in the arena is left there. Returns whether there is room and integer copies bound the distances; else nothing is done.
 */
export function* matchGoodRows(support: PackedSupport, team: Team, goodRows: GoodRows): Generator<number, boolean> {
  const { arena, size, depth } = support;
  const { matches, order } = goodRows;
  const { rows, answered, blocks } = order;
  const places = rows.length;
  const record = ifThereIsRoom(arena, () => allocateMutual(support, team, goodRows));
  if (!record || !arena.kernels.beginMutual(record.address)) return false;
  const run = (name: MutualTask, parameters: number[], { chunks, pairs }: { chunks: number; pairs: number }) =>
    team.run(arena, { name, parameters: [record.address, ...parameters], chunks, work: pairs * depth });
  const inChunks = (name: 'orderChunk' | 'settleBad' | 'settleGood', count: number, pairs: number) =>
    run(name, [CHUNK_PLACES], { chunks: Math.ceil(count / CHUNK_PLACES), pairs });
  const columnsOf = ({ start, end }: Block, isKin: boolean) => (isKin ? end - start : places - end);
  const pairsOf = (block: Block, isKin: boolean) => block.count * columnsOf(block, isKin);
  const total = blocks.reduce((sum, block) => sum + pairsOf(block, false) + pairsOf(block, true), 0);
  let done = 0;
  inChunks('orderChunk', places, places);
  for (const isKin of [false, true]) {
    for (let first = 0; first < blocks.length; ) {
      let last = first;
      let pairs = 0;
      while (last < blocks.length && pairs * depth < WORK_AT_ONCE * team.size) pairs += pairsOf(blocks[last++]!, isKin);
      run('matchMutualBlock', [Number(isKin), first], { chunks: last - first, pairs });
      first = last;
      done += pairs;
      yield done / total;
    }
    inChunks(isKin ? 'settleGood' : 'settleBad', answered, LOOKED_UP * answered);
  }
  matches.similarities.set(arena.integers(record.similarities, size));
  matches.nearestDistances.set(arena.floats(record.distances, size));
  matches.nearestIndices.set(arena.integers(record.indices, size));
  return true;
}

type MutualTask = Extract<keyof ChunkTasks, 'orderChunk' | 'matchMutualBlock' | 'settleBad' | 'settleGood'>;

/** Writes the fields of assembly/mutual.ts, with room for all that they name. */
function allocateMutual({ arena, size, depth, record }: PackedSupport, team: Team, { order, cap }: GoodRows) {
  const { rows, answered, blocks } = order;
  const room = (bytes: number) => arena.allocate(bytes, `${size} rows matched to each other`);
  const places = rows.length;
  const address = room(RECORD_BYTES);
  const bounds = room(BOUNDS_BYTES);
  const orderAt = room(4 * places);
  const panels = room(2 * places * depth);
  const lengths = room(4 * places);
  const blocksAt = room(12 * blocks.length);
  const [from, to, badDistances, badIndices] = [0, 0, 0, 0].map(() => room(4 * answered));
  const [similarities, distances, indices] = [0, 0, 0].map(() => room(4 * size)) as [number, number, number];
  const notes = Math.min(MOST_NOTES, Math.ceil((NOTES_A_PLACE * answered) / team.size) + 4096);
  arena.integers(orderAt, places).set(rows);
  arena.integers(blocksAt, 3 * blocks.length).set(blocks.flatMap(({ start, count, end }) => [start, count, end]));
  const fields = [record, places, answered, orderAt, panels, lengths, blocksAt, BLOCK, from!, to!, badDistances!];
  const results = [similarities, distances, indices];
  const write = (rooms: number, roomBytes: number) =>
    arena
      .integers(address, RECORD_BYTES / 4)
      .set([...fields, badIndices!, rooms, roomBytes, team.size, notes, cap, ...results, bounds]);
  write(0, 0);
  const roomBytes = arena.kernels.mutualRoomBytes(address);
  write(room(roomBytes * team.size), roomBytes);
  return { address, similarities, distances, indices };
}
