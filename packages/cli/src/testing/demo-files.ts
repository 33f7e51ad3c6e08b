import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoLines } from '../demo/demo-rows.js';

/** Options of a training run of a second. */
export const QUICK = '--exemplar-dimension 8 --epochs 3 --learning-rate 0.01';

/** A new folder with training, calibration and test rows. */
export async function demoFiles(rows = 120): Promise<{ root: string; path: (name: string) => string }> {
  const root = await mkdtemp(join(tmpdir(), 'sdm-cli-'));
  const path = (name: string) => join(root, name);
  for (const [i, name] of ['training', 'calibration', 'test'].entries()) {
    await writeFile(path(`${name}.jsonl`), demoLines({ name, rows, seed: BigInt(i) }).join(''));
  }
  return { root, path };
}
