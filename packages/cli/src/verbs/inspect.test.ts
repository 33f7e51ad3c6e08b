import { rm, writeFile } from 'node:fs/promises';
import { afterAll, expect, it } from 'vitest';
import { trainedDemo } from '../testing/demo-files.js';
import { sdm } from '../testing/fake-host.js';

const { root, path, model, test, files, lines } = await trainedDemo();
afterAll(() => rm(root, { recursive: true, force: true }));

it('inspects models and rows', async () => {
  const { stdout } = await sdm(`inspect ${model}`);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    configuration: { classNames: ['no', 'yes'], maxNeighbors: 2048 },
    supportCount: 120,
  });
  const rows = await sdm(`inspect ${test} --representation-fingerprint none-of-the-rows-says`);
  expect(JSON.parse(rows.stdout)).toMatchObject({
    format: 'jsonl',
    rowCount: 120,
    featureDimensions: 16,
    representationFingerprint: null,
  });
});

it('tells a model without regions from one without calibration rows', async () => {
  const raw = path('raw.sdmkitmodel');
  await sdm(`train ${files} --output ${raw} --exemplar-dimension 2 --epochs 1 --learning-rate 1e-9`);
  const { stderr } = await sdm(`inspect --model ${raw}`);
  expect(stderr).toMatch(/0 regions; the 120 calibration rows kept with the model bear none; train longer/);
});

it('inspects texts that have no features yet', async () => {
  const texts = [0, 1, 2].map((i) => JSON.stringify({ id: `t${i}`, label: i % 2, document: `Text ${i}` }));
  await writeFile(path('texts.jsonl'), texts.join('\n'));
  const { stdout, stderr } = await sdm(`inspect --input ${path('texts.jsonl')}`);
  expect(JSON.parse(stdout)).toMatchObject({ rowCount: 3, rowsWithFeatures: 0, featureDimensions: null });
  expect(stderr).toMatch(/3 rows of text without features \(sdm embed makes them\)\nlabels 0: 2, 1: 1/);
  await writeFile(path('mixed.jsonl'), `${texts.join('\n')}\n${(await lines('test.jsonl'))[0]}`);
  expect(JSON.parse((await sdm(`inspect --input ${path('mixed.jsonl')}`)).stdout)).toMatchObject({
    rowCount: 4,
    rowsWithFeatures: 1,
    featureDimensions: 16,
  });
});

it("takes the model options of the Python SDK's artifact inspect", async () => {
  const options =
    '--estimator lower --matching_backend torch --matching_device cpu --matching_query_batch_size 64 --matching_support_tile_size 4096';
  const plain = await sdm(`inspect ${model}`);
  expect(plain.exitCode).toBe(0);
  expect(await sdm(`inspect ${model} ${options}`)).toEqual(plain);
});
