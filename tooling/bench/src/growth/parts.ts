import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@sdmjs/interchange/node';
import type { RunState } from '@sdmjs/training';
import { loadRunState, saveRunState } from '@sdmjs/training/node';
import type { Duration } from './clock.js';

/** What one process took of a measurement, up to the last state that it kept: what it did after that, another one does again. */
export interface Part extends Duration {
  readonly peakBytes: number;
}

interface Kept {
  /** File of the state. */
  readonly state: string;
  readonly parts: readonly Part[];
}

/** A measurement that goes on in another process when it was broken off: its state, and what its parts took so far, in a folder. */
export async function openParts(folder: string) {
  await mkdir(folder, { recursive: true });
  const list = join(folder, 'parts.json');
  const kept = existsSync(list) ? (JSON.parse(await readFile(list, 'utf8')) as Kept) : undefined;
  const earlier = kept?.parts ?? [];
  let count = 0;
  return {
    /** Those before this process. */
    earlier,
    resume: kept && (await loadRunState(join(folder, kept.state))),
    /** Keeps a state together with what this process took until then: the list, written last, names both. */
    async keep(state: RunState, part: Part): Promise<void> {
      const name = `part-${earlier.length + 1}-state-${++count}.safetensors`;
      await saveRunState(state, join(folder, name));
      const next: Kept = { state: name, parts: [...earlier, part] };
      await writeAtomically(list, new TextEncoder().encode(JSON.stringify(next)));
      const old = (await readdir(folder)).filter((other) => other.includes('state') && other !== name);
      for (const other of old) await rm(join(folder, other));
    },
  };
}

/** All parts as one: their times added up, their peaks not. */
export function sumOfParts(parts: readonly Part[]): Part & { readonly parts: number } {
  const sum = (of: keyof Duration) => parts.reduce((total, part) => total + part[of], 0);
  const peakBytes = Math.max(...parts.map((part) => part.peakBytes));
  return { wall: sum('wall'), processor: sum('processor'), peakBytes, parts: parts.length };
}
