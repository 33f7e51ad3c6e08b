import { SingleBar } from 'cli-progress';
import type { OutputStream } from './host.js';

/** A stage of known length. */
export interface Progress {
  /** `note` says more than the bar can: the loss, the mean q. */
  update(done: number, details?: { readonly note?: string; readonly secondsLeft?: number }): void;
  end(): void;
}

/** A bar that draws over itself. */
export function startBar(stream: NodeJS.WriteStream, title: string, total: number): Progress {
  const clock = startClock(total);
  const format = `${title.padEnd(TITLE_WIDTH)} {bar} {percentage}% {left} {note}`;
  const bar = new SingleBar({ stream, format, barsize: 24, hideCursor: true, linewrap: false, clearOnComplete: true });
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
export function isTerminal(stream: OutputStream): stream is NodeJS.WriteStream {
  return stream.isTTY === true && 'cursorTo' in stream;
}

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
