import { createPause, throwIfAborted } from '@sdmjs/core';

/** Milliseconds of work between two turns of the event loop. */
const STRIDE = 25;

/** A function to await between blocks of work: lets timers and events run now and then, and throws `aborted` when asked to stop. */
export function createBreather(signal: AbortSignal | undefined, where: string): () => Promise<void> {
  throwIfAborted(signal, where);
  const pause = createPause(STRIDE);
  return async () => {
    if (await pause()) throwIfAborted(signal, where);
  };
}
