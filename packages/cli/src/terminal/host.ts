import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a command line runs in: two streams, the interrupt key and what the machine has for its user. */
export interface Host {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Where what can be made again is kept. */
  readonly cacheFolder: string;
  /** A variable of the environment: secrets come this way, never as arguments. */
  environment(name: string): string | undefined;
  /** Calls the listener at every interrupt; returns what takes it off. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once: for a user who interrupts again and again, and nothing reacts. */
  exit(code: number): void;
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
    cacheFolder: join(homedir(), '.cache', 'sdmjs'),
    environment: (name) => process.env[name],
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
    exit: (code) => process.exit(code),
  };
}
