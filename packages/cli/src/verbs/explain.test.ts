import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoFiles } from '../testing/demo-files.js';
import { eventsOf, sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
let scores: Record<string, unknown>[];
const given = () => `--model ${path('model.sdmkitmodel')} --input ${path('test.jsonl')}`;
const idWhere = (holds: (q: number, alpha: number) => boolean) =>
  scores.find((row) => holds(row['q'] as number, row['centroidRegionAlpha'] as number))!['id'] as string;

beforeAll(async () => {
  ({ root, path } = await demoFiles(300));
  await sdm(
    `train --training ${path('training.jsonl')} --calibration ${path('calibration.jsonl')} --output ${path('model.sdmkitmodel')} --class-names no,yes --exemplar-dimension 8 --epochs 8 --learning-rate 0.01`,
  );
  scores = eventsOf((await sdm(`score ${given()} --nearest-exemplars 0`)).stdout);
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('marks the row that ends a run longer than the line, and shows its text', async () => {
  const id = idWhere((q) => q > 60);
  const { stdout } = await sdm(`explain ${given()} --id ${id} --nearest-exemplars 2`);
  const strip = /nearest {4}●{20}…\((\d+) more\)…●{9}✗ {2}(\d+) agree, then rank (\d+) does not: /.exec(stdout)!;
  const [hidden, q, rank] = strip.slice(1).map(Number) as [number, number, number];
  expect({ hidden, rank }).toEqual({ hidden: q - 29, rank: q + 1 });
  expect(stdout).toMatch(new RegExp(`\\n✗ ${rank} .* review \\d+: the `));
});

it('says what a row rejected at the target lacks there, and which laxer region admits it', async () => {
  const id = idWhere((q, alpha) => q > 0 && alpha > 0 && alpha < 0.8);
  const line = `explain ${given()} --id ${id} --alpha 0.8`;
  const { stdout } = await sdm(line);
  expect(stdout).toMatch(/decision {3}rejected \(below the target\).*, at target accuracy 0\.8\n/);
  expect(stdout).toMatch(/region {5}closest is α 0\.\d+: q' >= [\d.]+ and no >= /);
  expect(stdout).toMatch(/missing {4}.*[\d.]+ is (not )?below [\d.]+/);
  expect(stdout).toMatch(/laxer {6}α 0\.\d+ admits the row/);
  const event = eventsOf((await sdm(`${line} --json`)).stdout).at(-1)!;
  expect(event).toMatchObject({ event: 'explanation', targetAccuracy: 0.8, isStale: false, admitted: false });
  expect(event['region']).toEqual({
    alpha: expect.any(Number),
    minimumRescaledSimilarity: expect.any(Number),
    outputThresholds: [expect.any(Number), expect.any(Number)],
    admits: false,
  });
  expect(event['missing']).toContainEqual(expect.objectContaining({ holds: false }));
  expect(event).toMatchObject({ runEnd: 'exemplar', breakingRank: (event['q'] as number) + 1 });
  expect(['wrongly-predicted', 'other-class']).toContain(event['breakReason']);
});

it('lacks nothing for an admitted row', async () => {
  const id = idWhere((_, alpha) => alpha >= 0.8);
  const line = `explain ${given()} --id ${id} --alpha 0.8`;
  const { stdout } = await sdm(line);
  expect(stdout).toMatch(/decision {3}admitted: /);
  expect(stdout).toMatch(/region {5}α 0\.\d+: q' >= .*; at the lower end of the band /);
  expect(stdout).not.toMatch(/missing|laxer/);
  expect(eventsOf((await sdm(`${line} --json`)).stdout).at(-1)).toMatchObject({
    region: { admits: true },
    missing: [],
  });
});

it('says that a model without a region at the target admits nothing', async () => {
  await sdm(
    `train --training ${path('training.jsonl')} --calibration ${path('calibration.jsonl')} --output ${path('raw.sdmkitmodel')} --exemplar-dimension 2 --epochs 1 --learning-rate 1e-9`,
  );
  const line = `explain --model ${path('raw.sdmkitmodel')} --input ${path('test.jsonl')} --id test-0 --alpha 0.95`;
  const { stdout } = await sdm(line);
  expect(stdout).toMatch(/region {5}the model has none at the target, so it admits nothing\nlaxer {6}/);
  expect(eventsOf((await sdm(`${line} --json`)).stdout).at(-1)).toMatchObject({
    region: null,
    missing: [],
  });
});
