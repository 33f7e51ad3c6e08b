import { kernelsWasm, sharedFlag } from '../generated/kernels-wasm.js';

/** A function that works on one chunk of a task: `(...parameters, chunk, thread)`. */
type ChunkFunction = (...addressesAndSizes: number[]) => void;

/** What a team of threads can work on together. */
export interface ChunkTasks {
  adamChunk: ChunkFunction;
  multiplyChunk: ChunkFunction;
  centreChunk: ChunkFunction;
  surveyChunk: ChunkFunction;
  quantizeChunk: ChunkFunction;
  gramChunk: ChunkFunction;
  measureChunk: ChunkFunction;
  matchBlock: ChunkFunction;
  orderChunk: ChunkFunction;
  matchMutualBlock: ChunkFunction;
  settleBad: ChunkFunction;
  settleGood: ChunkFunction;
}

/** Addresses are bytes; see assembly/ for what each function reads and writes. */
export interface KernelExports extends WebAssembly.Exports, ChunkTasks {
  multiplyBatches(...addressesAndSizes: number[]): void;
  chooseScale(support: number, largest: number, square: number, norm: number): void;
  coarsenScale(support: number, largest: number, square: number): number;
  turningBytes(support: number, count: number): number;
  packColumns(...addressesAndSizes: number[]): void;
  prepareQuery(...addressesAndSizes: number[]): void;
  matchScratchBytes(support: number, block: number, keepsDistances: number): number;
  beginMutual(mutual: number): number;
  mutualRoomBytes(mutual: number): number;
  answer(...addressesAndSizes: number[]): void;
  listNearest(...addressesAndSizes: number[]): number;
  allDistances(support: number, query: number, row: number): number;
  sumRows(x: number, rows: number, columns: number, divisor: number, out: number): void;
  sumColumns(...addressesAndSizes: number[]): void;
  gatherBlocks(...addressesAndSizes: number[]): number;
  swapBlocks(...addressesAndSizes: number[]): void;
  filterGradient(...addressesAndSizes: number[]): void;
}

/** Bytes of scratch that a product wants, for each thread. */
export const MULTIPLY_SCRATCH_BYTES = 656 * 1024;
/** The most pages a memory may have that the module is linked to. */
export const MAX_PAGES = 65536;

type Compiled = Promise<WebAssembly.Module | undefined>;

const compiled = new Map<string, Compiled>();

/**
 * The compiled module, or undefined where WebAssembly, its SIMD instructions or (`relaxed`) its relaxed ones are missing or a page's content
 * security policy forbids to compile. It links to memories that threads share, or only to those they do not.
 */
export async function compileKernels({
  shared = false,
  relaxed = false,
} = {}): Promise<WebAssembly.Module | undefined> {
  if (typeof WebAssembly === 'undefined') return undefined;
  // A file of its own, so that only those load it who ask for it.
  const binary = relaxed ? await import('../generated/relaxed-kernels-wasm.js') : { kernelsWasm, sharedFlag };
  const bytes = Uint8Array.from(atob(binary.kernelsWasm), (character) => character.charCodeAt(0));
  if (!shared) bytes[binary.sharedFlag] = 1;
  if (!WebAssembly.validate(bytes)) return undefined;
  const kind = `${relaxed ? 'relaxed' : 'plain'}, ${shared ? 'shared' : 'own'}`;
  // The bytes are valid: only a policy or a lack of memory can be in the way.
  const compiling = compiled.get(kind) ?? WebAssembly.compile(bytes).catch(() => undefined);
  compiled.set(kind, compiling);
  return compiling;
}

/** Copies raw support rows: those of the numbers in `list`, or without a list (0) `start` and those after it. Addresses are bytes. */
export type FetchRows = (list: number, start: number, count: number, target: number) => void;

/** Links the module to a memory, and to where support rows are looked up that do not lie in it, for the calling thread. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  fetchRows: FetchRows = () => {},
): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory, fetchRows, thread: 0 } }).exports as KernelExports;
}
