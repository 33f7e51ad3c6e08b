import { printable } from '@sdmjs/core';
import { stringifyJson } from '@sdmjs/interchange';
import { writeFileAtomically } from '@sdmjs/interchange/node';
import type { Host } from './host.js';
import { createInterrupts, type Interrupts } from './interrupts.js';
import { createOutput, type Output } from './output.js';
import { isTerminal, type Progress, startBar, startLines } from './progress.js';

/** Where a verb speaks: to a person, or to a program in events of one line each. */
export interface Session {
  readonly host: Pick<Host, 'cacheFolder' | 'environment' | 'freeBytes'>;
  readonly interrupts: Interrupts;
  readonly isJson: boolean;
  readonly stdout: Output;
  /** A line for people; nothing under `--json`. What a terminal would obey is taken out, line breaks included. */
  say(line?: string): void;
  /** Lines for people, such as a table. */
  show(lines: string): void;
  /** An event for programs, only under `--json`. */
  tell(event: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A word of caution: a line on standard error, or a `warning` event. */
  note(message: string): void;
  startProgress(stage: string, total: number): Progress;
  /** The document that a verb makes: to a file, to standard output (`-`), or shown only as text where that is a terminal. */
  document(value: unknown, path: string | undefined): Promise<void>;
  /** Waits until everything said is on its way. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly json?: boolean | undefined;
  /** Standard output is taken by a document or by rows, so text goes to standard error. @default false */
  readonly keepsStdoutFree?: boolean | undefined;
  /** Rows take standard output even under `--json`. @default false */
  readonly rowsOnStdout?: boolean | undefined;
}

export function createSession(host: Host, options: SessionOptions): Session {
  const isJson = options.json === true;
  const stdout = createOutput(host.stdout, 'standard output');
  const stderr = createOutput(host.stderr, 'standard error');
  const text = options.keepsStdoutFree || options.rowsOnStdout ? stderr : stdout;
  const events = options.rowsOnStdout ? stderr : stdout;
  const say = (line = '') => {
    if (!isJson) text.post(`${printable(line)}\n`);
  };
  const tell: Session['tell'] = (event, fields) => {
    if (isJson) events.post(`${stringifyJson({ event, ...fields })}\n`);
  };
  return {
    host,
    interrupts: createInterrupts(host),
    isJson,
    stdout,
    say,
    show: (lines) => lines.split('\n').forEach((line) => say(line)),
    tell,
    note(message) {
      if (isJson) tell('warning', { message });
      else stderr.post(`note: ${printable(message)}\n`);
    },
    startProgress(stage, total) {
      tell('stage', { stage, total });
      if (isJson) return { update: (completed) => tell('progress', { stage, completed, total }), end: () => undefined };
      if (isTerminal(host.stderr)) return startBar(host.stderr, stage, total);
      return startLines((line) => stderr.post(`${line}\n`), stage, total);
    },
    async document(value, path) {
      const written = `${stringifyJson(value, { indent: 2 })}\n`;
      if (path !== undefined && path !== '-') await writeFileAtomically(path, [written]);
      else if (!isJson && (path === '-' || !stdout.isTerminal)) await stdout.write(written);
    },
    async close() {
      await stdout.flush();
      await stderr.flush();
    },
  };
}
