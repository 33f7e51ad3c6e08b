import { rm, writeFile } from 'node:fs/promises';
import { updateSupport } from '@sdmjs/estimator';
import { examplesOf } from '@sdmjs/interchange';
import { loadModel, readRows, saveModel } from '@sdmjs/interchange/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoLines } from '../demo/demo-rows.js';
import { demoFiles, QUICK } from '../testing/demo-files.js';
import { eventsOf, sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;

/** A model, and the same with five more rows in its support. */
beforeAll(async () => {
  ({ root, path } = await demoFiles());
  await sdm(
    `train --training ${path('training.jsonl')} --calibration ${path('calibration.jsonl')} --output ${path('fresh')} ${QUICK}`,
  );
  await writeFile(path('more.jsonl'), demoLines({ name: 'more', rows: 5, seed: 9n }).join(''));
  const more = examplesOf(await readRows(path('more.jsonl')));
  await saveModel(await updateSupport(await loadModel(path('fresh')), more), path('stale'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const VERBS: [verb: string, line: string][] = [
  ['score', 'score --model % --input $/test.jsonl'],
  ['evaluate', 'evaluate --model % --input $/test.jsonl'],
  ['certify', 'certify --model % --input $/test.jsonl'],
  ['explain', 'explain --model % --input $/test.jsonl --id test-7'],
  ['inspect', 'inspect --model %'],
  ['recalibrate', 'recalibrate --model % --output $/new --overwrite'],
];

it.each(VERBS)('%s says once that rows came into the support after calibration', async (_, line) => {
  const filled = (model: string) => line.replace('%', path(model)).replace('$', root);
  const { exitCode, stdout, stderr } = await sdm(filled('stale'));
  expect(exitCode).toBe(0);
  expect(stderr.match(/^note: .*$/gm)).toEqual([
    expect.stringMatching(/^note: .*\/stale is stale: .* calibrate it anew with rescoreCalibration/),
  ]);
  expect(stdout).not.toMatch(/note:/);
  expect((await sdm(filled('fresh'))).stderr).not.toMatch(/note:/);
  const { stdout: events, stderr: aside } = await sdm(`${filled('stale')} --json`);
  expect(eventsOf(line.startsWith('score') ? aside : events)).toContainEqual({
    event: 'warning',
    message: expect.stringMatching(/is stale/),
  });
});

it('inspect has a field for it', async () => {
  const isStale = async (model: string) =>
    (JSON.parse((await sdm(`inspect --model ${path(model)}`)).stdout) as { isStale: boolean }).isStale;
  expect([await isStale('fresh'), await isStale('stale')]).toEqual([false, true]);
  const { stderr } = await sdm(`inspect --model ${path('stale')}`);
  expect(stderr).toMatch(/125 support rows, some of them added after calibration \(stale\)/);
});
