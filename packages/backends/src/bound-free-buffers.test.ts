import { expect, it } from 'vitest';
import { boundFreeBuffers, type BufferPool } from './bound-free-buffers.js';

const GIBIBYTE = 2 ** 30;

/** A pool with two free buffers of 3 GiB each. */
function createPool(numBytesUsed: number) {
  const destroyed: number[] = [];
  const buffer = (id: number) => ({ size: 3 * GIBIBYTE, destroy: () => void destroyed.push(id) });
  const pool = {
    freeBuffers: new Map([['big', [buffer(1), buffer(2)]]]),
    numFreeBuffers: 2,
    numBytesUsed,
    numBytesAllocated: numBytesUsed + 6 * GIBIBYTE,
    acquireBuffer: (size: number) => `buffer of ${size}`,
  };
  const bounded: BufferPool = pool;
  boundFreeBuffers(bounded);
  return { pool, bounded, destroyed };
}

it('destroys free buffers that hold more than four times what was in use', () => {
  const { pool, bounded, destroyed } = createPool(GIBIBYTE);
  expect(bounded.acquireBuffer(8, 1)).toBe('buffer of 8');
  expect(destroyed).toEqual([1, 2]);
  expect(pool).toMatchObject({ numFreeBuffers: 0, numBytesAllocated: GIBIBYTE });
  expect(pool.freeBuffers.get('big')).toEqual([]);
});

it('leaves them for reuse below that, also when less is in use by then', () => {
  const { pool, bounded, destroyed } = createPool(2 * GIBIBYTE);
  bounded.acquireBuffer(8, 1);
  pool.numBytesUsed -= GIBIBYTE;
  pool.numBytesAllocated -= GIBIBYTE;
  bounded.acquireBuffer(8, 1);
  expect(destroyed).toEqual([]);
});

it('leaves small pools alone', () => {
  const { pool, bounded, destroyed } = createPool(0);
  pool.numBytesAllocated = GIBIBYTE;
  bounded.acquireBuffer(8, 1);
  expect(destroyed).toEqual([]);
});
