/** Memory that is worth a collection. */
const MUCH_BYTES = 64 * 2 ** 20;

/**
 * Makes V8 collect garbage where there may be much: reserving memory, without touching it, does that. What nobody holds any more would else
 * stay until the collector runs, which a program that allocates little, or only shared memory, can put off for minutes.
 */
export function hurryCollection(byteCount: number): void {
  if (byteCount < MUCH_BYTES) return;
  try {
    new ArrayBuffer(byteCount);
  } catch {
    // No room to reserve: then the collector has already been called.
  }
}
