import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { type MachineNow, machineNow } from '../machine-now.js';
import type { Measured } from './clock.js';
import type { Sizes } from './points.js';

/** What one point took. */
export interface Result extends Measured {
  readonly sizes: Sizes;
  /** Peak of resident memory, Node and its libraries included, in all parts. */
  readonly peakBytes: number;
  /** What was resident before anything was done. */
  readonly nodeBytes: number;
  /** Processes that wanted a processor in the minute before: above 0.5 or so, something else was at work. */
  readonly loadBefore: number;
  /** ISO 8601. */
  readonly measuredAt: string;
}

interface ResultsFile {
  readonly machine: MachineNow;
  readonly points: Record<string, Result>;
}

/** Results that are kept after every point, in a file or, without a path, only in memory. */
export function openResults(path: string | undefined, { fresh }: { readonly fresh: boolean }) {
  const points = path !== undefined && !fresh && existsSync(path) ? readPoints(path) : {};
  return {
    points: points as Readonly<Record<string, Result>>,
    keep(key: string, result: Omit<Result, 'measuredAt'>): void {
      points[key] = { ...result, measuredAt: new Date().toISOString() };
      if (path !== undefined) write(path, points);
    },
  };
}

export function loadNow(): number {
  return Math.round(100 * loadavg()[0]!) / 100;
}

function readPoints(path: string): Record<string, Result> {
  return (JSON.parse(readFileSync(path, 'utf8')) as ResultsFile).points;
}

function write(path: string, points: Record<string, Result>): void {
  mkdirSync(dirname(path), { recursive: true });
  const file: ResultsFile = { machine: machineNow(), points };
  writeFileSync(`${path}.part`, `${JSON.stringify(file, null, 2)}\n`);
  renameSync(`${path}.part`, path);
}
