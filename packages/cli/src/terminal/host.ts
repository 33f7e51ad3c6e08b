/** What a command line runs in: two streams and the interrupt key. */
export interface Host {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls the listener at every interrupt; returns what takes it off. */
  onInterrupt(listener: () => void): () => void;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The present process. */
export function processHost(): Host {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
  };
}
