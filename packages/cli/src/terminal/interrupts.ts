import type { Host } from './host.js';

/** What an interrupt means at the moment. */
export interface Interrupts {
  /** Cancels: nothing is kept. */
  readonly signal: AbortSignal;
  /** Asks for an end that keeps what there is. */
  readonly stopSignal: AbortSignal;
  /** From here on the first interrupt asks for an orderly end, and a second one cancels. */
  stopFirst(): void;
  /** Takes the listener off. */
  end(): void;
}

export function createInterrupts(host: Host): Interrupts {
  const cancel = new AbortController();
  const stop = new AbortController();
  let isOrderly = false;
  const end = host.onInterrupt(() => {
    if (isOrderly && !stop.signal.aborted) stop.abort();
    else cancel.abort();
  });
  return {
    signal: cancel.signal,
    stopSignal: stop.signal,
    stopFirst() {
      isOrderly = true;
    },
    end,
  };
}
