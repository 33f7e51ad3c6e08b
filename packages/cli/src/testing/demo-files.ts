import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoLines } from '../demo/demo-rows.js';
import { sdm } from './fake-host.js';

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

/** Demo files and a model of them, `model.sdmkitmodel`, with the options that name them and what training said. */
export async function trainedDemo() {
  const { root, path } = await demoFiles();
  const model = `--model ${path('model.sdmkitmodel')}`;
  const test = `--input ${path('test.jsonl')}`;
  const files = `--training ${path('training.jsonl')} --calibration ${path('calibration.jsonl')}`;
  const lines = async (name: string) => (await readFile(path(name), 'utf8')).trim().split('\n');
  const trained = await sdm(`train ${files} --output ${path('model.sdmkitmodel')} --class_names=no,yes ${QUICK}`);
  return { root, path, model, test, files, lines, trained };
}
