/** What tfjs-backend-webgpu keeps its GPU memory in: buffers by size and usage, those not in use kept for the next tensor of that size. */
export interface BufferPool {
  readonly freeBuffers: Map<string, { readonly size: number; destroy(): void }[]>;
  numFreeBuffers: number;
  readonly numBytesUsed: number;
  numBytesAllocated: number;
  acquireBuffer(size: number, ...rest: unknown[]): unknown;
}

/** Small pools are left alone. */
const ALWAYS_FREE_BYTES = 2 ** 30;
/** Buffers not in use may hold so many times what was ever in use at once: a training step finds most of its sizes again. */
const FREE_PER_USED = 4;

/**
 * Destroys the buffers not in use when they hold several times what was ever in use at once. The pool itself never does, so that batches of ever
 * new sizes fill any GPU: an H200 with 139 GiB was full after 8 million tokens. Commands that were sent may still read what is destroyed;
 * WebGPU waits for them.
 */
export function boundFreeBuffers(pool: BufferPool): void {
  const acquire = pool.acquireBuffer.bind(pool);
  let mostUsed = 0;
  pool.acquireBuffer = (size, ...rest) => {
    mostUsed = Math.max(mostUsed, pool.numBytesUsed);
    const limit = Math.max(ALWAYS_FREE_BYTES, FREE_PER_USED * mostUsed);
    if (pool.numBytesAllocated - pool.numBytesUsed > limit) destroyFree(pool);
    return acquire(size, ...rest);
  };
}

/** Keys stay, for the pool looks them up when a buffer comes back. */
function destroyFree(pool: BufferPool): void {
  for (const buffers of pool.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      buffer.destroy();
      pool.numFreeBuffers -= 1;
      pool.numBytesAllocated -= buffer.size;
    }
  }
}
