import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import type { Point } from './points.js';
import type { Result } from './results.js';

/** What a child tells. */
export type ChildResult = Pick<Result, 'wall' | 'processor' | 'runs' | 'parts' | 'peakBytes' | 'nodeBytes'>;

/** The program of the children as one file for plain Node: the loader of TypeScript would take more memory than small points do. */
export async function buildChild(): Promise<{ path: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'sdmjs-growth-'));
  await build({
    entry: { child: fileURLToPath(new URL('./child.ts', import.meta.url)) },
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    target: 'node20',
    noExternal: [/./],
    esbuildOptions(options) {
      options.conditions = ['source'];
    },
    config: false,
    silent: true,
  });
  return { path: join(folder, 'child.mjs'), remove: () => rmSync(folder, { recursive: true }) };
}

/** Runs one point in a process of its own; its progress goes to `say`. With a folder it goes on where it was broken off. Throws when it fails. */
export async function runPoint(
  { key, sizes }: Point,
  { child, folder }: { readonly child: string; readonly folder: string | undefined },
  say: (line: string) => void,
): Promise<ChildResult> {
  const words = [child, JSON.stringify(sizes), ...(folder === undefined ? [] : [folder])];
  const worker = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  worker.stdout.on('data', (piece) => {
    output += String(piece);
  });
  createInterface(worker.stderr).on('line', say);
  const [status] = (await once(worker, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${key} ended with ${status}`);
  return JSON.parse(output) as ChildResult;
}
