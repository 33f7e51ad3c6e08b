import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { writeFileAtomically } from '@sdmjs/interchange/node';
import type { Agreement } from './agreement.js';
import type { Machine, SdkVersions } from './measure.js';
import type { Reading, Scale, WorkName } from './scale.js';

/** The SDK on all cores, ours on one thread, ours on as many threads as there are cores. */
export type Side = 'sdk' | 'one' | 'all';

/** One work measured on every side, one right after the other. */
export interface Turn {
  readonly work: WorkName;
  readonly startedAt: string;
  /** Processes that wanted a core, averaged over the minute before. */
  readonly loadBefore: number;
  readonly readings: Readonly<Partial<Record<Side, Omit<Reading, 'outcome'>>>>;
  /** Empty without the SDK. */
  readonly agreement: readonly Agreement[];
}

export interface PeerRun {
  readonly machine: Machine;
  /** Null when our side was measured alone. */
  readonly sdk: SdkVersions | null;
  readonly scale: Scale;
  readonly turns: readonly Turn[];
}

export type RunSettings = Omit<PeerRun, 'turns'>;

/**
 * What was measured before under the same settings, without the works to forget. Throws when the file is of other settings, unless something
 * is to be forgotten: then all of it is.
 */
export function openRun(path: string, settings: RunSettings, { forget }: { forget: readonly WorkName[] }): PeerRun {
  if (!existsSync(path)) return { ...settings, turns: [] };
  const { turns, ...earlier } = readRun(path);
  const isSame = isDeepStrictEqual(earlier, settings);
  if (!isSame && forget.length === 0) {
    throw new Error(
      `${path} was measured with other code, versions, sizes or on another machine; measure anew with --fresh, or elsewhere with --output`,
    );
  }
  return { ...settings, turns: isSame ? turns.filter(({ work }) => !forget.includes(work)) : [] };
}

export function readRun(path: string): PeerRun {
  return JSON.parse(readFileSync(path, 'utf8')) as PeerRun;
}

/** The file as a whole or not at all. */
export async function saveRun(path: string, run: PeerRun): Promise<void> {
  await writeFileAtomically(path, [`${JSON.stringify(run, null, 2)}\n`]);
}
