import { mkdirSync } from 'node:fs';
import { readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimFile, loadModel } from '@sdmjs/interchange/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoFiles, QUICK } from '../testing/demo-files.js';
import { sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
const fill = (line: string) => line.replaceAll('$', root);
const SETS = '--training $/training.jsonl --calibration $/calibration.jsonl';
const SERVICE = '--encoder openai --model m --url http://127.0.0.1:9/v1 --max-retries 0 --no-cache';

beforeAll(async () => {
  ({ root, path } = await demoFiles(40));
  await sdm(fill(`train ${SETS} --output $/model.sdmkitmodel ${QUICK}`));
  await writeFile(path('test.jsonl.representation.json'), '{"id":"t","document":"text"}\n');
  await symlink('test.jsonl', path('link.jsonl'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** All files and what is in them. */
async function contents(): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')])));
}

it.each<[string, RegExp]>([
  ['score --model $/model.sdmkitmodel --input $/test.jsonl --output $/link.jsonl', /link\.jsonl is what --input reads/],
  ['score --model $/model.sdmkitmodel --input $/test.jsonl --output $/test.jsonl --overwrite', /--input reads/],
  ['evaluate --model $/model.sdmkitmodel --input $/test.jsonl --output $/./test.jsonl', /--input reads/],
  ['evaluate --model $/model.sdmkitmodel --input $/test.jsonl --output $/model.sdmkitmodel/manifest.json', /lies in/],
  ['inspect --input $/test.jsonl --output $/test.jsonl', /--input reads/],
  ['inspect --model $/model.sdmkitmodel --output $/model.sdmkitmodel/weights.f32', /lies in .* of --model/],
  ['recalibrate --model $/model.sdmkitmodel --output $/new --report-output $/model.sdmkitmodel/manifest.json', /lies/],
  [`train ${SETS} --output $/new --report-output $/training.jsonl`, /what --training reads/],
  [`train ${SETS} --output $/new --checkpoint $/calibration.jsonl`, /what --calibration reads/],
  [`train ${SETS} --output $/new --checkpoint $/new`, /--output and --checkpoint both write/],
  [`train ${SETS} --output $/new --report-output $/new`, /--output and --report-output both write/],
  [`train ${SETS} --output $/new --checkpoint $/run --report-output $/run`, /both write/],
  [`train ${SETS} --output $/new --initial-model $/model.sdmkitmodel --checkpoint $/model.sdmkitmodel/run`, /lies in/],
  [`train ${SETS} --output $/new --representation $/about.json --report-output $/about.json`, /--representation reads/],
  [`embed --input $/test.jsonl --output $/test.jsonl ${SERVICE}`, /--input reads/],
  [`embed --input $/test.jsonl.representation.json --output $/test.jsonl ${SERVICE}`, /--input reads/],
  ['split --input $/test.jsonl --output-folder $ --parts test=0.5,other=0.5 --overwrite', /--input reads/],
  ['split --input $/test.jsonl --output-folder $ --parts training=0.5,a=0.5', /training\.jsonl exists; .* --overwrite/],
])('writes nothing over what was given: %s', async (line, message) => {
  const before = await contents();
  const result = await sdm(fill(line));
  expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).toMatch(/^sdm: [^\n]*\n$/);
  expect(await contents()).toEqual(before);
});

it('refuses at once a checkpoint that another run uses, and leaves its half-written state alone', async () => {
  const halfWritten = `run.${crypto.randomUUID()}`;
  await writeFile(path(halfWritten), 'half');
  const release = await claimFile(path('run'));
  const line = fill(`train ${SETS} --output $/second.sdmkitmodel ${QUICK} --checkpoint $/run --json`);
  expect(await sdm(line)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/run is in use by/) });
  expect(await readdir(root)).toContain(halfWritten);
  await release();
  expect(await sdm(line)).toMatchObject({ exitCode: 0 });
  expect((await readdir(root)).filter((name) => name.includes('run'))).toEqual([]);
});

it('refuses before the first epoch a model for which the disk has no room', async () => {
  const line = fill(`train ${SETS} --output $/large.sdmkitmodel --exemplar-dimension 1000 --checkpoint $/large-run`);
  expect(await sdm(line, { freeBytes: () => 1e5 })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(
      /sdm: .* has room for 0\.1 MB, and the model and the checkpoint will take 0\.5 MB or more; make room there, or choose another path\n$/,
    ),
  });
  expect((await readdir(root)).filter((name) => name.includes('large'))).toEqual([]);
});

it('replaces parts under --overwrite', async () => {
  const line = fill('split --input $/test.jsonl --output-folder $/parts --parts a=0.5,b=0.5');
  expect(await sdm(line)).toMatchObject({ exitCode: 0 });
  const first = await readFile(path('parts/a.jsonl'), 'utf8');
  expect(await sdm(`${line} --seed 1`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/a\.jsonl exists/),
  });
  expect(await readFile(path('parts/a.jsonl'), 'utf8')).toBe(first);
  expect(await sdm(`${line} --seed 1 --overwrite`)).toMatchObject({ exitCode: 0 });
  expect(await readFile(path('parts/a.jsonl'), 'utf8')).not.toBe(first);
});

it('recalibrates a model in its place under --overwrite, and only then', async () => {
  await sdm(fill('recalibrate --model $/model.sdmkitmodel --output $/own.sdmkitmodel'));
  const line = fill('recalibrate --model $/own.sdmkitmodel --output $/own.sdmkitmodel --alpha-resolution 0.1');
  expect(await sdm(line)).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/exists; .* --overwrite/) });
  expect(await sdm(`${line} --overwrite`)).toMatchObject({ exitCode: 0 });
  expect((await loadModel(path('own.sdmkitmodel'))).nestedRegions.alphaResolution).toBe(0.1);
});

it('makes no demo over rows and models of the user, but over the rows of a demo that was stopped', async () => {
  mkdirSync(path('mine'));
  await writeFile(path('mine/test.jsonl'), 'mine');
  const refused = await sdm(fill('demo --output-folder $/mine'));
  expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/test\.jsonl exists/) });
  expect(await readdir(path('mine'))).toEqual(['test.jsonl']);
  expect(await sdm(fill('demo --output-folder $/mine --overwrite'))).toMatchObject({ exitCode: 0 });
  const model = await readFile(path('mine/model.sdmkitmodel/manifest.json'), 'utf8');
  const again = await sdm(fill('demo --output-folder $/mine'));
  expect(again).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/model\.sdmkitmodel exists; .*--overwrite/),
  });
  expect(await readFile(path('mine/model.sdmkitmodel/manifest.json'), 'utf8')).toBe(model);
  await rm(path('mine/model.sdmkitmodel'), { recursive: true });
  expect(await sdm(fill('demo --output-folder $/mine'))).toMatchObject({ exitCode: 0 });
});
