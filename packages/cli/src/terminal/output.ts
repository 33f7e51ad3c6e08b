import { SdmError } from '@sdmjs/core';
import type { OutputStream } from './host.js';

/** Thrown when whoever read the output has gone away: no mistake, and nobody is left to hear of one. */
export class ReaderGone extends Error {
  constructor() {
    super('the reader of the output has gone away');
    this.name = 'ReaderGone';
  }
}

/** A stream whose writes can be waited for. */
export interface Output {
  readonly isTerminal: boolean;
  /** Resolves when the text is on its way. Throws `ReaderGone`, or `not-writable` on a full disk. */
  write(text: string): Promise<void>;
  /** Writes without waiting; faults show at `flush`. A reader that has gone away is no fault here. */
  post(text: string): void;
  flush(): Promise<void>;
}

export function createOutput(stream: OutputStream, name: string): Output {
  let last: Promise<void> = Promise.resolve();
  stream.on('error', () => undefined); // the callbacks of the writes tell of it

  async function write(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(faultOf(error, name)) : resolve()));
    });
  }

  return {
    isTerminal: stream.isTTY === true,
    write,
    post(text) {
      const before = last;
      last = write(text).catch((error: unknown) => {
        if (!(error instanceof ReaderGone)) throw error;
      });
      last.catch(() => undefined);
      last = Promise.all([before, last]).then(() => undefined);
      last.catch(() => undefined);
    },
    flush: () => last,
  };
}

function faultOf(error: Error, name: string): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return new ReaderGone();
  return new SdmError('not-writable', `cannot write ${name}: ${error.message}; make room or choose another place`, {
    cause: error,
  });
}
