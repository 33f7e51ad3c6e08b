import { type Options, type Params, SingleBar } from 'cli-progress';
import type { OutputStream } from './host.js';

/** A stage of known length. */
export interface Progress {
  /** `note` says more than the bar can: the loss, the mean q. */
  update(done: number, details?: { readonly note?: string; readonly secondsLeft?: number }): void;
  end(): void;
}

/** A line with a bar that draws over itself, as wide as the terminal is when it is drawn. */
export function startBar(stream: NodeJS.WritableStream, title: string, total: number): Progress {
  const clock = startClock(total);
  const format = (_: Options, params: Params, payload: Payload) => lineOf({ title, params, ...payload });
  const bar = new SingleBar({ stream, format, hideCursor: true, linewrap: false, clearOnComplete: true });
  bar.start(total, 0, { left: '', note: '' });
  return {
    update(done, { note = '', secondsLeft = clock.secondsLeft(done) } = {}) {
      bar.update(done, { left: leftOf(secondsLeft), note });
    },
    end: () => bar.stop(),
  };
}

/** A line every few seconds, for logs. */
export function startLines(say: (line: string) => void, title: string, total: number): Progress {
  const clock = startClock(total);
  let saidAt = performance.now();
  return {
    update(done, { note = '', secondsLeft = clock.secondsLeft(done) } = {}) {
      if (performance.now() - saidAt < SECONDS_BETWEEN_LINES * 1000) return;
      saidAt = performance.now();
      const share = `${Math.round((100 * done) / total)} %`.padStart(5);
      say(`${title.padEnd(TITLE_WIDTH)} ${[share, leftOf(secondsLeft), note].filter(Boolean).join(', ')}`);
    },
    end: () => undefined,
  };
}

/** Whether a stream can draw a bar. */
export function isTerminal(stream: OutputStream): stream is OutputStream & NodeJS.WritableStream {
  return stream.isTTY === true && 'cursorTo' in stream;
}

interface Payload {
  readonly left: string;
  readonly note: string;
}

interface Line extends Payload {
  readonly title: string;
  readonly params: Params;
}

/** Where there is little room the bar shrinks, then it goes, then the title, then the share; time left and note stay. */
function lineOf({ title, params: { progress, maxWidth }, left, note }: Line): string {
  const rest = [left, note].filter(Boolean).join(' ');
  const share = [`${Math.floor(100 * progress)}%`, rest].filter(Boolean).join(' ');
  const head = title.padEnd(TITLE_WIDTH);
  const width = Math.min(BAR_WIDTH, maxWidth - head.length - share.length - 2);
  if (width >= LEAST_BAR_WIDTH) {
    const bar = '='.repeat(Math.round(progress * width)).padEnd(width, '-');
    return `${head} ${bar} ${share}`;
  }
  const fitting = [`${title} ${share}`, share].find((line) => line.length <= maxWidth);
  return fitting ?? rest.slice(0, maxWidth);
}

const BAR_WIDTH = 24;
const LEAST_BAR_WIDTH = 5;
const TITLE_WIDTH = 12;
const SECONDS_BETWEEN_LINES = 5;

function startClock(total: number) {
  const startedAt = performance.now();
  return {
    secondsLeft: (done: number) =>
      done > 0 ? (((performance.now() - startedAt) / 1000) * (total - done)) / done : undefined,
  };
}

function leftOf(seconds: number | undefined): string {
  return seconds === undefined ? '' : `${formatSeconds(seconds)} left`;
}

/** `0.4 s`, `45 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
