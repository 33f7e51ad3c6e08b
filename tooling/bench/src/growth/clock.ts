import { medianOf } from '../spread.js';

/** Seconds of wall time and of all threads' processor time. */
export interface Duration {
  readonly wall: number;
  readonly processor: number;
}

export interface Measured extends Duration {
  /** Repetitions of which these are the median; the first one, which also compiles, counts only where it is alone. */
  readonly runs: number;
  /** Processes, one after the other, in which it was measured, where it may be broken off; their times are added up. */
  readonly parts?: number;
  /** Of all parts. */
  readonly peakBytes?: number;
}

/** Seconds after which nothing is repeated, and times at most. */
const ENOUGH_SECONDS = 2;
export const MOST_RUNS = 6;

/** Takes times between calls until there are enough. */
export function createClock() {
  const startedAt = performance.now();
  const durations: Duration[] = [];
  let [wall, usage] = [startedAt, process.cpuUsage()];
  return {
    /** Begins anew without counting what was since the last run. */
    begin(): void {
      [wall, usage] = [performance.now(), process.cpuUsage()];
    },
    /** What was since the last call of another method. */
    soFar(): Duration {
      const { user, system } = process.cpuUsage(usage);
      return { wall: (performance.now() - wall) / 1000, processor: (user + system) / 1e6 };
    },
    /** Counts that as one run. */
    lap(): Duration {
      const run = this.soFar();
      durations.push(run);
      this.begin();
      return run;
    },
    isEnough: () => durations.length >= MOST_RUNS || performance.now() - startedAt > 1000 * ENOUGH_SECONDS,
    measured(): Measured {
      const counted = durations.length > 1 ? durations.slice(1) : durations;
      const median = (of: keyof Duration) => medianOf(counted.map((run) => run[of]));
      return { wall: median('wall'), processor: median('processor'), runs: counted.length };
    },
  };
}
