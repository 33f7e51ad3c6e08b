import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runCommandLine } from '../run-command-line.js';
import type { Host, OutputStream } from '../terminal/host.js';

interface FakeHostOptions {
  readonly isTTY?: boolean;
  readonly onWrite?: (text: string) => void;
  readonly freeBytes?: (folder: string) => number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A host that keeps what is written and can be interrupted. */
export function fakeHost(options: FakeHostOptions = {}) {
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const given = { up: 0 };
  const streamOf = (name: keyof typeof written): OutputStream => ({
    isTTY: options.isTTY ?? false,
    write(text, done) {
      written[name] += text;
      options.onWrite?.(text);
      queueMicrotask(() => done?.());
      return true;
    },
    on: () => undefined,
  });
  const host: Host = {
    stdout: streamOf('stdout'),
    stderr: streamOf('stderr'),
    cacheFolder: join(tmpdir(), `sdm-cache-${process.pid}`),
    freeBytes: (folder) => Promise.resolve(options.freeBytes?.(folder)),
    environment: (name) => options.environment?.[name],
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    giveUp: () => void given.up++,
  };
  return { host, written, interrupt: () => listeners.forEach((listener) => listener()), given };
}

/** Runs a command line, words separated by blanks, in this process. */
export async function sdm(line: string, options: Parameters<typeof fakeHost>[0] = {}) {
  const { host, written } = fakeHost(options);
  const exitCode = await runCommandLine(line.split(' ').filter(Boolean), host);
  return { exitCode, ...written };
}

/** The events of a command line under `--json`. */
export function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
