import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { loadModel } from '@sdmjs/interchange/node';
import { afterAll, expect, it } from 'vitest';
import { runCommandLine } from '../run-command-line.js';
import { QUICK, trainedDemo } from '../testing/demo-files.js';
import { eventsOf, fakeHost, sdm } from '../testing/fake-host.js';

const { root, path, model, test, files, lines, trained } = await trainedDemo();
afterAll(() => rm(root, { recursive: true, force: true }));

it('trains, saves, reports with the keys of the Python SDK, and ends with the ladder', async () => {
  expect(trained.exitCode).toBe(0);
  const report = JSON.parse(trained.stdout) as Record<string, unknown>;
  expect(Object.keys(report)).toEqual([
    'modelID',
    'artifact',
    'bestEpoch',
    'bestIteration',
    'durationSeconds',
    'trainingIterations',
    'shuffledTrainingAndCalibration',
    'bestBalancedCalibrationSDMLoss',
    'bestIterationSplits',
    'history',
  ]);
  expect(report).toMatchObject({ bestIteration: 1, trainingIterations: 1, shuffledTrainingAndCalibration: true });
  expect(report['history']).toHaveLength(3);
  const loaded = await loadModel(path('model.sdmkitmodel'));
  expect(loaded.modelId).toBe(report['modelID']);
  expect(loaded.model).toMatchObject({ classNames: ['no', 'yes'], maxSimilarity: 2048 });
  expect(loaded.nestedRegions.regions.length).toBeGreaterThan(0);
  expect(trained.stderr).toMatch(/α +q'_min +ψ \(no, yes\) +admitted +accuracy/);
});

it('shows text instead of the report on a terminal, and writes the report where it is told to', async () => {
  const output = `--output ${path('other.sdmkitmodel')} --overwrite`;
  const { stdout } = await sdm(`train ${files} ${output} ${QUICK} --epochs 1 --report_output ${path('report.json')}`, {
    isTTY: true,
  });
  expect(stdout).toBe('');
  expect(JSON.parse(await readFile(path('report.json'), 'utf8'))).toMatchObject({ bestEpoch: 1 });
});

it('gives one event a line under --json', async () => {
  const { stdout, exitCode } = await sdm(`train ${files} --output ${path('events.sdmkitmodel')} ${QUICK} --json`);
  const events = eventsOf(stdout);
  expect(exitCode).toBe(0);
  expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(3);
  expect(events.find(({ event }) => event === 'epoch')).toMatchObject({
    round: 1,
    epoch: 1,
    secondsLeft: expect.any(Number),
  });
  expect(events.at(-1)).toMatchObject({ event: 'result', report: { bestIteration: 1 }, ladder: expect.any(Array) });
});

it('trains rounds side by side into the same model', async () => {
  const rounds = `${files} ${QUICK} --number-of-random-shuffles 3`;
  const trainInto = async (name: string, option: string) => {
    const { stdout, stderr } = await sdm(`train ${rounds} --output ${path(name)} ${option}`);
    expect(stderr).not.toMatch(/one after the other/);
    const { bestIteration, bestIterationSplits } = JSON.parse(stdout) as Record<string, unknown>;
    const { model: saved, nestedRegions } = await loadModel(path(name));
    return { bestIteration, bestIterationSplits, saved, nestedRegions };
  };
  const one = await trainInto('one.sdmkitmodel', '');
  expect(await trainInto('two.sdmkitmodel', '--parallel-rounds 2')).toEqual(one);
  expect(await trainInto('auto.sdmkitmodel', '--parallel_rounds auto')).toEqual(one);
  const none = await sdm(`train ${rounds} --output ${path('none.sdmkitmodel')} --parallel-rounds 0`);
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/wanted a whole number >= 1, or auto/) });
});

it('goes on from a model', async () => {
  const { exitCode } = await sdm(
    `train ${files} --output ${path('on.sdmkitmodel')} --initial-model ${path('model.sdmkitmodel')} --epochs 1`,
  );
  expect(exitCode).toBe(0);
  const { model: continued, metadata } = await loadModel(path('on.sdmkitmodel'));
  expect(continued.classNames).toEqual(['no', 'yes']);
  expect(metadata).toMatchObject({ continuedFromModelID: (await loadModel(path('model.sdmkitmodel'))).modelId });
});

it('keeps a checkpoint while it trains, goes on from it, and refuses that of another run', async () => {
  const line = `train ${files} --output ${path('kept.sdmkitmodel')} ${QUICK} --checkpoint ${path('run')} --stratify`;
  const { host, interrupt, written } = fakeHost({ onWrite: (text) => text.includes('"epoch":2') && interrupt() });
  expect(await runCommandLine(`${line} --json`.split(' '), host)).toBe(130);
  expect(eventsOf(written.stdout).filter(({ event }) => event === 'epoch')).toHaveLength(2);
  const other = await sdm(`${line} --overwrite --epochs 9`);
  expect(other).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(
      /\nsdm: .*run: the checkpoint is of a run with other values: --epochs \(3, here 9\); give what that run was given, or name another file to start anew\n$/,
    ),
  });
  const resumed = eventsOf((await sdm(`${line} --overwrite --json`)).stdout);
  expect(resumed.find(({ event }) => event === 'resumed')).toMatchObject({ rounds: 0, epochs: 2 });
  expect(resumed.filter(({ event }) => event === 'epoch')).toHaveLength(1);
  expect(existsSync(path('run'))).toBe(false);
  await sdm(line.replace('kept', 'whole'));
  for (const name of ['weights.f32', 'support.f32', 'support.jsonl', 'calibration.jsonl']) {
    const [kept, whole] = await Promise.all(
      ['kept', 'whole'].map((one) => readFile(path(`${one}.sdmkitmodel/${name}`))),
    );
    expect({ name, isEqual: kept!.equals(whole!) }).toEqual({ name, isEqual: true });
  }
});

it('scores rows into compact rows, to a file or to standard output', async () => {
  const { exitCode, stdout } = await sdm(
    `score ${model} ${test} --output ${path('scores.jsonl')} --nearest_exemplars 2`,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  const scores = (await lines('scores.jsonl')).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(scores).toHaveLength(120);
  expect(Object.keys(scores[7]!)).toEqual([
    'modelID',
    'id',
    'prediction',
    'q',
    'd0',
    'd',
    'qPrime',
    'nearestSupportIndex',
    'nearestSupportID',
    'centroidRegionAlpha',
    'lowerRegionAlpha',
    'isInMostConservativeRegion',
    'isInMostConservativeRegionLower',
    'nearestSupportMatches',
    'label',
  ]);
  expect(scores[7]).toMatchObject({ id: 'test-7', nearestSupportMatches: [{}, {}] });
  const shown = await sdm(`score ${model} ${test} --nearest-exemplars 2 --score-batch-size 50 --json`);
  expect(shown.stdout).toBe(await readFile(path('scores.jsonl'), 'utf8'));
});

it('leaves out the support row that a row names', async () => {
  const { model: scorer } = await loadModel(path('model.sdmkitmodel'));
  const id = scorer.support.ids[3]!;
  const own = [...(await lines('training.jsonl')), ...(await lines('calibration.jsonl'))].find((line) =>
    line.includes(`"${id}"`),
  )!;
  const other = (await lines('test.jsonl'))[0]!;
  await writeFile(path('own.jsonl'), `${own.replace('{', '{"self":3,')}\n${other}\n`);
  const found = async (option: string) =>
    eventsOf((await sdm(`score ${model} --input ${path('own.jsonl')} ${option}`)).stdout).map(
      (row) => row['nearestSupportID'] === id,
    );
  expect((await found(''))[0]).toBe(true);
  expect((await found('--identity-support-index-field self'))[0]).toBe(false);
});

it.each([
  ['99999', 'is 99999; wanted a support row, 0 … 119, or null'],
  ['4294967296', 'is 4294967296; wanted'],
  ['-1', 'is -1; wanted'],
  ['"3"', 'is "3"; wanted'],
])('names the line of a support row that is none before it scores: %s', async (value, message) => {
  const rows = (await lines('test.jsonl')).map((line, i) =>
    i === 100 ? line.replace('{', `{"self":${value},`) : line,
  );
  await writeFile(path('none.jsonl'), rows.join('\n'));
  const line = `score ${model} --input ${path('none.jsonl')} --identity-support-index-field self --score-batch-size 7`;
  expect(await sdm(line)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining(`sdm: ${path('none.jsonl')}, line 101: "self" ${message}`),
  });
});

it('evaluates rows with the report of the Python SDK', async () => {
  const { exitCode, stdout, stderr } = await sdm(`evaluate ${model} ${test} --histogram-bins 4`);
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as {
    evaluation: object;
    distribution: { signals: { q: { histogram: { counts: number[] } } } };
  };
  expect(report.evaluation).toMatchObject({ totalRows: 120, evaluatedRows: 120 });
  expect(report.distribution.signals.q.histogram.counts).toHaveLength(4);
  expect(stderr).toMatch(/all rows +1\.000 +0\.\d+ \[/);
});

it('explains a row with the exemplars before and at the end of the run', async () => {
  const { stdout } = await sdm(`explain ${model} ${test} --id test-2 --nearest-exemplars 3`);
  expect(stdout).toMatch(/row +test-2: Test review 2: the .*\n/);
  expect(stdout).toMatch(/decision +(admitted|rejected)/);
  expect(stdout).toMatch(/q = \d+/);
  expect(stdout).toMatch(/✗ \d+ .* review \d+: the /);
  const [event] = eventsOf((await sdm(`explain ${model} ${test} --id test-2 --json`)).stdout).slice(-1);
  const { q, nearestExemplars, breakingRank } = event as {
    q: number;
    breakingRank: number;
    nearestExemplars: { isGood: boolean }[];
  };
  expect(breakingRank).toBe(q + 1);
  expect(nearestExemplars.findIndex(({ isGood }) => !isGood)).toBe(q);
});

it('certifies on fresh rows, and refuses rows that were trained on', async () => {
  const { stdout } = await sdm(`certify ${model} ${test} --confidence 0.9`);
  expect(stdout).toMatch(/120 fresh rows, confidence 0.9/);
  const used = await sdm(`certify ${model} --input ${path('training.jsonl')}`);
  expect(used).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^sdm: row 0 \("training-0"\) is a support or calibration row[^\n]*\n$/),
  });
});

it('recalibrates without training', async () => {
  const { stdout, exitCode } = await sdm(
    `recalibrate ${model} --output ${path('finer.sdmkitmodel')} --alpha_resolution 0.1`,
  );
  expect(exitCode).toBe(0);
  const { modelId } = await loadModel(path('model.sdmkitmodel'));
  expect(JSON.parse(stdout)).toMatchObject({ sourceModelID: modelId, alphaResolution: 0.1, calibrationCount: 120 });
  expect((await loadModel(path('finer.sdmkitmodel'))).nestedRegions.alphaResolution).toBe(0.1);
});

it('plans time and memory from a measurement', async () => {
  const { stdout } = await sdm('plan --rows 2000 --features 8 --exemplar-dimension 8 --epochs 3 --json');
  const result = eventsOf(stdout).at(-1) as unknown as {
    seconds: { total: number; steps: number; projecting: number; matching: number };
    bytes: { features: number };
    files: object;
  };
  const { total, steps, projecting, matching } = result.seconds;
  expect(total).toBeCloseTo(3 * (steps + projecting + matching), 9);
  expect(result.bytes.features).toBe(4 * 2000 * 8);
  expect(result.files).toMatchObject({ bytes: expect.any(Number) as number, leftOut: [] });
});

it.each<[string, RegExp]>([
  ['1500000 --training-share 0.95', /no room for sourceData of its metadata/],
  ['3000000', /could not be saved, so training refuses it: manifest\.json may have at most 67108864 bytes/],
])('plans for %s rows, and says what does not fit the files of the model', async (rows, said) => {
  const { stdout, exitCode } = await sdm(`plan --rows ${rows} --features 8 --exemplar-dimension 8`);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(said);
});

it('keeps the files apart that it was given, under --do-not-shuffle-data', async () => {
  await sdm(`train ${files} --output ${path('apart.sdmkitmodel')} ${QUICK} --do_not_shuffle_data`);
  const { model: apart } = await loadModel(path('apart.sdmkitmodel'));
  expect(apart.support.ids.every((id) => id.startsWith('training-'))).toBe(true);
  expect(existsSync(path('apart.sdmkitmodel'))).toBe(true);
});
