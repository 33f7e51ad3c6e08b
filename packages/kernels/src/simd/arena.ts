import { SdmError } from '@sdmjs/core';
import { instantiateKernels, type KernelExports, MAX_PAGES } from './module.js';

/** A memory of its own with the kernels linked to it, handed out from the bottom up. */
export interface Arena {
  /** Tells arenas apart, for threads. */
  readonly number: number;
  readonly memory: WebAssembly.Memory;
  readonly kernels: KernelExports;
  /** Whether other threads may work in it. */
  readonly isShared: boolean;
  /** Where the kernels look up support rows that do not lie in the arena; other threads can only where that is shared memory. */
  rows: LookedUpRows | undefined;
  /** The address of `byteCount` fresh bytes, a multiple of 16. Their contents are left over. Throws `out-of-memory`. */
  allocate(byteCount: number, purpose: string): number;
  /** A view that the next `allocate` may detach. */
  floats(address: number, length: number): Float32Array;
  /** A view that the next `allocate` may detach. */
  integers(address: number, length: number): Int32Array;
  /** A view that the next `allocate` may detach. */
  doubles(address: number, length: number): Float64Array;
  /** The address the next `allocate` returns, for `release`. */
  mark(): number;
  /** Takes back everything allocated since `mark` returned `address`. */
  release(address: number): void;
}

/** Raw rows of `columns` numbers, which the kernels see `stride` numbers apart. */
export interface LookedUpRows {
  readonly data: Float32Array;
  readonly columns: number;
  readonly stride: number;
}

const PAGE_BYTES = 65536;

let created = 0;

/** A fresh arena, in memory that threads share if the module wants that. Throws `out-of-memory`. */
export function createArena(module: WebAssembly.Module, { shared }: { readonly shared: boolean }): Arena {
  const memory = createMemory(shared);
  const kernels = instantiateKernels(module, memory, (...place) => fetchRows(arena, ...place));
  let top = 0;

  function allocate(byteCount: number, purpose: string): number {
    const address = top;
    const wanted = address + Math.ceil(byteCount / 16) * 16;
    const missing = wanted - memory.buffer.byteLength;
    if (missing > 0) grow(memory, missing, `${purpose} (${byteCount} bytes)`);
    top = wanted;
    return address;
  }

  const arena: Arena = {
    number: created++,
    memory,
    kernels,
    isShared: shared,
    rows: undefined,
    allocate,
    floats: (address, length) => new Float32Array(memory.buffer, address, length),
    integers: (address, length) => new Int32Array(memory.buffer, address, length),
    doubles: (address, length) => new Float64Array(memory.buffer, address, length),
    mark: () => top,
    release: (address) => {
      top = address;
    },
  };
  return arena;
}

/** Copies the rows of the numbers in `list`, or without a list (0) `start` and those after it, to `target`. */
function fetchRows(arena: Arena, list: number, start: number, count: number, target: number): void {
  const { data, columns, stride } = arena.rows!;
  const numbers = list === 0 ? undefined : arena.integers(list, count);
  const room = arena.floats(target, count * stride);
  if (columns < stride) room.fill(0);
  for (let i = 0; i < count; i++) {
    const from = (numbers ? numbers[i]! : start + i) * columns;
    room.set(data.subarray(from, from + columns), i * stride);
  }
}

function createMemory(shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared });
  } catch (cause) {
    throw new SdmError('out-of-memory', 'no address space for another memory; dispose of what is not needed', {
      cause,
    });
  }
}

function grow(memory: WebAssembly.Memory, byteCount: number, purpose: string): void {
  try {
    memory.grow(Math.ceil(byteCount / PAGE_BYTES));
  } catch (cause) {
    const held = memory.buffer.byteLength;
    throw new SdmError('out-of-memory', `no room for ${purpose} beside ${held} bytes held; use fewer rows`, { cause });
  }
}

/** What a function allocates; where there is no room, undefined, and the arena is as before. Throws whatever else the function throws. */
export function ifThereIsRoom<Allocated>(arena: Arena, allocate: () => Allocated): Allocated | undefined {
  const mark = arena.mark();
  try {
    return allocate();
  } catch (error) {
    if (!SdmError.is(error, 'out-of-memory')) throw error;
    arena.release(mark);
    return undefined;
  }
}
