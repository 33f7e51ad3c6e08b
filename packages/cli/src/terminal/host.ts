import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a command line runs in: two streams, the interrupt key and what the machine has for its user. */
export interface Host {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Where what can be made again is kept. */
  readonly cacheFolder: string;
  /** Bytes that may still be written below a folder; undefined where the system does not say. */
  freeBytes(folder: string): Promise<number | undefined>;
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
    freeBytes,
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

async function freeBytes(folder: string): Promise<number | undefined> {
  const room = await statfs(folder).catch(() => undefined);
  if (room === undefined) return undefined;
  const blocks = process.getuid?.() === 0 ? room.bfree : room.bavail;
  // Some file systems say 0 of everything; one that is full shows as soon as a byte is written.
  return blocks > 0 ? blocks * room.bsize : undefined;
}
