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
  /** Ends the process at once as an interrupt does to which nobody listens, which a shell sees as 130. */
  giveUp(): void;
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
    giveUp() {
      // process.exit would wait for system calls that hang, such as opening a pipe that nobody writes to.
      process.removeAllListeners('SIGINT');
      process.kill(process.pid, 'SIGINT');
    },
  };
}
