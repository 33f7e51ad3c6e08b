import { medianOf } from '../spread.js';

/** Seconds of wall time and of all threads' processor time. */
export interface Duration {
  readonly wall: number;
  readonly processor: number;
}

export interface Measured extends Duration {
  /** Repetitions of which these are the median; the first one, which also compiles, counts only where it is alone. */
  readonly runs: number;
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
    /** Begins anew without counting what was since the last call. */
    begin(): void {
      [wall, usage] = [performance.now(), process.cpuUsage()];
    },
    /** Counts what was since the last call as one run. */
    lap(): void {
      const { user, system } = process.cpuUsage(usage);
      durations.push({ wall: (performance.now() - wall) / 1000, processor: (user + system) / 1e6 });
      this.begin();
    },
    isEnough: () => durations.length >= MOST_RUNS || performance.now() - startedAt > 1000 * ENOUGH_SECONDS,
    measured(): Measured {
      const counted = durations.length > 1 ? durations.slice(1) : durations;
      const median = (of: keyof Duration) => medianOf(counted.map((run) => run[of]));
      return { wall: median('wall'), processor: median('processor'), runs: counted.length };
    },
  };
}
