import { throwIfAborted } from '@sdmjs/core';

/** Milliseconds of work between two turns of the event loop. */
const STRIDE = 25;

/** A function to await between blocks of work: lets timers and events run now and then, and throws `aborted` when asked to stop. */
export function createBreather(signal: AbortSignal | undefined, where: string): () => Promise<void> {
  throwIfAborted(signal, where);
  let last = performance.now();
  return async () => {
    if (performance.now() - last < STRIDE) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal, where);
    last = performance.now();
  };
}
