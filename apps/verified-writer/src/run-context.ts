import type { RunFolder } from '@sdmjs-tooling/app-kit';
import type { UpdatePlace } from '@sdmjs/language-model';
import type { TrainingEngine } from '@sdmjs/training';
import type { Arm } from './arms.js';
import type { Corpus } from './corpus/build-corpus.js';
import type { Preset } from './presets.js';
import type { Terminal } from '@sdmjs-tooling/app-kit';

/** What every stage of a run works with. */
export interface RunContext {
  readonly preset: Preset;
  readonly seed: number;
  readonly arm: Arm;
  /** Of the arm. */
  readonly folder: RunFolder;
  /** Of what the arms of a preset and seed share. */
  readonly shared: RunFolder;
  /** Of another arm of the same preset and seed, for reading. */
  readonly siblingFolder: (arm: string) => RunFolder;
  readonly terminal: Terminal;
  readonly corpus: Corpus;
  readonly signal: AbortSignal;
  /** Where SDM layers are trained and matched; absent: on the CPU. */
  readonly engine?: TrainingEngine | undefined;
  /** Of an SDM layer, at a time; absent with an engine. */
  readonly parallelRounds?: number | undefined;
  /** What it runs on, in a line. */
  readonly device: string;
  /** Where AdamW runs: on GPUs, there. */
  readonly updateOn: UpdatePlace;
}

/** What the stages took. */
export interface Timings {
  /** Every device that a stage ran on. */
  readonly devices: readonly string[];
  /** By stage. */
  readonly seconds: Readonly<Record<string, number>>;
}

const TIMINGS_FILE = 'timings.json';

/** Runs a stage and adds its seconds to the run's timings, also when it is resumed. */
export async function timed<Result>(
  { folder, device }: Pick<RunContext, 'folder' | 'device'>,
  stage: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  try {
    return await run();
  } finally {
    const { devices, seconds } = readTimings(folder);
    const total = (seconds[stage] ?? 0) + (performance.now() - start) / 1000;
    const timings: Timings = {
      devices: [...new Set([...devices, device])],
      seconds: { ...seconds, [stage]: Math.round(10 * total) / 10 },
    };
    folder.writeJson(TIMINGS_FILE, timings);
  }
}

/** What the stages took so far. */
export function readTimings(folder: RunFolder): Timings {
  return folder.has(TIMINGS_FILE) ? (folder.readJson(TIMINGS_FILE) as Timings) : { devices: [], seconds: {} };
}
