import type { Corpus } from './corpus/build-corpus.js';
import type { Preset } from './presets.js';
import type { RunFolder } from './run-folder.js';
import type { Terminal } from './terminal/progress.js';

/** What every stage of a run works with. */
export interface RunContext {
  readonly preset: Preset;
  readonly seed: number;
  readonly folder: RunFolder;
  readonly terminal: Terminal;
  readonly corpus: Corpus;
  readonly signal: AbortSignal;
}

const TIMINGS_FILE = 'timings.json';

/** Runs a stage and adds its seconds to the run's timings, also when it is resumed. */
export async function timed<Result>(
  { folder }: Pick<RunContext, 'folder'>,
  stage: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  try {
    return await run();
  } finally {
    const timings = readTimings(folder);
    timings[stage] = Math.round(10 * ((timings[stage] ?? 0) + (performance.now() - start) / 1000)) / 10;
    folder.writeJson(TIMINGS_FILE, timings);
  }
}

/** Seconds by stage. */
export function readTimings(folder: RunFolder): Record<string, number> {
  return folder.has(TIMINGS_FILE) ? (folder.readJson(TIMINGS_FILE) as Record<string, number>) : {};
}
