import { SingleBar } from 'cli-progress';

/** Where lines and progress go. */
export interface Terminal {
  say(line?: string): void;
  /** Said once, however often it is given, and apart from the results. */
  note(message: string): void;
  /** A stage of known length; say how far it is, and call `end` once. */
  startProgress(title: string, total: number): StageProgress;
}

export interface StageProgress {
  update(done: number, note?: string): void;
  end(): void;
}

/** What Node's standard streams are, whatever they lead to. */
type TextStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Progress on a stream: a bar with the time left on a terminal, a line every ten seconds anywhere else. Notes go to `errors`. */
export function createTerminal(stream: TextStream, errors: TextStream): Terminal {
  const say = (line = '') => void stream.write(`${line}\n`);
  const noted = new Set<string>();
  return {
    say,
    note(message) {
      if (noted.has(message)) return;
      noted.add(message);
      errors.write(`${errors.isTTY ? CLEAR_LINE : ''}note: ${message}\n`);
    },
    startProgress: (title, total) => (stream.isTTY ? startBar(stream, title, total) : startLines(say, title, total)),
  };
}

/** A bar may stand in it; it is drawn again underneath. */
const CLEAR_LINE = '\r\u001B[K';

function startBar(stream: NodeJS.WritableStream, title: string, total: number): StageProgress {
  const clock = startClock(total);
  const bar = new SingleBar({
    stream,
    format: `${title.padEnd(TITLE_WIDTH)} {bar} {percentage}% {left} {note}`,
    barsize: 24,
    hideCursor: true,
    linewrap: false,
  });
  bar.start(total, 0, { left: '', note: '' });
  return {
    update: (done, note = '') => bar.update(done, { left: clock.timeLeft(done), note }),
    end() {
      bar.update(bar.getTotal(), { left: `done in ${clock.elapsed()}` });
      bar.stop();
    },
  };
}

function startLines(say: (line: string) => void, title: string, total: number): StageProgress {
  const clock = startClock(total);
  let lastSaid = performance.now();
  let lastNote = '';
  return {
    update(done, note = '') {
      lastNote = note;
      const left = clock.timeLeft(done);
      if (performance.now() - lastSaid < SECONDS_BETWEEN_LINES * 1000) return;
      lastSaid = performance.now();
      const percentage = `${Math.round((100 * done) / total)} %`.padStart(5);
      say(`${title.padEnd(TITLE_WIDTH)} ${[percentage, left, note].filter(Boolean).join(', ')}`);
    },
    end: () => say(`${title.padEnd(TITLE_WIDTH)} done in ${clock.elapsed()}${lastNote && `, ${lastNote}`}`),
  };
}

const TITLE_WIDTH = 37;
const SECONDS_BETWEEN_LINES = 10;

/** Time since the start, and the time left if the rest goes at the same pace; the first report sets the starting point of a resumed stage. */
function startClock(total: number) {
  const start = performance.now();
  let first: { done: number; at: number } | undefined;
  return {
    elapsed: () => formatSeconds((performance.now() - start) / 1000),
    timeLeft(done: number): string {
      first ??= { done, at: performance.now() };
      if (done <= first.done) return '';
      const secondsEach = (performance.now() - first.at) / 1000 / (done - first.done);
      return `${formatSeconds(secondsEach * (total - done))} left`;
    },
  };
}

/** `45 s`, `3 min 5 s`. */
function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
