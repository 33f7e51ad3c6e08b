import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@sdmjs/core';
import type { Host } from './host.js';

/** What an interrupt means at the moment. */
export interface Interrupts {
  /** Cancels: nothing is kept. An interrupt a second or more after the one that cancelled ends the process, whatever it does. */
  readonly signal: AbortSignal;
  /** Asks for an end that keeps what there is. */
  readonly stopSignal: AbortSignal;
  /** From here on the first interrupt asks for an orderly end, and a second one cancels. */
  stopFirst(): void;
  /** Lets an interrupt arrive that came during work without a pause. Throws `aborted` when one has cancelled. */
  check(): Promise<void>;
  /** Takes the listener off. */
  end(): void;
}

export function createInterrupts(host: Host): Interrupts {
  const cancel = new AbortController();
  const stop = new AbortController();
  let isOrderly = false;
  let cancelledAt = 0;
  const end = host.onInterrupt(() => {
    if (isOrderly && !stop.signal.aborted) {
      stop.abort();
    } else if (!cancel.signal.aborted) {
      cancelledAt = performance.now();
      cancel.abort();
    } else if (performance.now() - cancelledAt >= PATIENCE) {
      host.stderr.write(`${host.stderr.isTTY ? SHOW_CURSOR : ''}\n${GIVEN_UP}\n`);
      host.giveUp();
    }
  });
  return {
    signal: cancel.signal,
    stopSignal: stop.signal,
    stopFirst() {
      isOrderly = true;
    },
    async check() {
      // Signals are read between two turns of the event loop, and the first of these may end the present turn.
      await setImmediate();
      await setImmediate();
      throwIfAborted(cancel.signal, 'sdm');
    },
    end,
  };
}

/** Milliseconds that a stage has to react: wrappers such as npx pass one interrupt on twice. */
const PATIENCE = 1000;
/** Undoes what a progress bar does to a terminal: the cursor hidden, lines not wrapped. */
const SHOW_CURSOR = '\u001b[?25h\u001b[?7h';
const GIVEN_UP = 'sdm: given up at once; what was just being written may lie beside its place';
