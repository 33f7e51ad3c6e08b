import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoFiles, QUICK } from '../testing/demo-files.js';
import { sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
const ONE_LINE = /^sdm[^\n]*\n$/;

beforeAll(async () => {
  ({ root, path } = await demoFiles(40));
  await sdm(
    fill(
      'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/model.sdmkitmodel --do-not-shuffle-data',
      QUICK,
    ),
  );
  const rows = (await readFile(path('test.jsonl'), 'utf8')).trim().split('\n');
  const short = JSON.stringify({ id: 'short', label: 0, embedding: [1, 2] });
  await writeFile(path('no-json.jsonl'), `${rows[0]}\n\nnot json\n`);
  await writeFile(path('width.jsonl'), `${rows[0]}\n${short}\n`);
  await writeFile(path('twice.jsonl'), `${rows[0]}\n${rows[1]}\n${rows[0]}\n`);
  await writeFile(path('one.jsonl'), `${rows[0]}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const fill = (line: string, more = '') => `${line} ${more}`.replaceAll('$', root);

/** Every verb that reads rows; `%` is the file. */
const READERS: [verb: string, line: string][] = [
  ['train', `train --training % --calibration $/calibration.jsonl --output $/new.sdmkitmodel ${QUICK}`],
  ['train, second file', `train --training $/training.jsonl --calibration % --output $/new.sdmkitmodel ${QUICK}`],
  ['score', 'score --model $/model.sdmkitmodel --input % --output $/new.jsonl'],
  ['evaluate', 'evaluate --model $/model.sdmkitmodel --input % --output $/new.json'],
  ['certify', 'certify --model $/model.sdmkitmodel --input %'],
  ['explain', 'explain --model $/model.sdmkitmodel --input % --id test-0'],
  ['inspect', 'inspect --input %'],
  ['split', 'split --input % --output-folder $/new-parts'],
  ['split --check', 'split --check % $/calibration.jsonl'],
];

describe.each(READERS)('%s', (_, line) => {
  it.each([
    ['a line that is no JSON', 'no-json.jsonl', /no-json\.jsonl, line 3: .*JSON/],
    ['another number of features', 'width.jsonl', /width\.jsonl, line [12]: .* features/],
    ['an id that occurs twice', 'twice.jsonl', /twice\.jsonl, line 3: id "test-0" occurs before/],
    ['a file that is not there', 'absent.jsonl', /there is no .*absent\.jsonl/],
    ['a folder', '', /is a folder/],
  ])('refuses %s in one line and writes nothing', async (_fault, file, message) => {
    const result = await sdm(fill(line.replace('%', path(file))));
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr).toMatch(ONE_LINE);
    expect((await readdir(root)).filter((name) => /^new(?!-parts)/.test(name))).toEqual([]);
  });
});

describe.each<[verb: string, line: string]>([
  ['train', `train --training $/no-json.jsonl --calibration $/no-json.jsonl --output /proc/sdm/x ${QUICK}`],
  [
    'train, its report',
    'train --training $/no-json.jsonl --calibration $/no-json.jsonl --output $/new.sdmkitmodel --report-output /proc/x',
  ],
  ['score', 'score --model $/absent --input $/no-json.jsonl --output /proc/x'],
  ['evaluate', 'evaluate --model $/absent --input $/no-json.jsonl --output /proc/x'],
  ['inspect', 'inspect --input $/no-json.jsonl --output /proc/x'],
  ['recalibrate', 'recalibrate --model $/absent --output /proc/sdm/x'],
  ['split', 'split --input $/no-json.jsonl --output-folder /proc/sdm'],
  ['demo', 'demo --output-folder /proc/sdm'],
])('%s', (_, line) => {
  it.skipIf(!existsSync('/proc/version'))('looks at where it writes before it reads anything', async () => {
    const result = await sdm(fill(line));
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/cannot (write|make) \/proc/) });
    expect(result.stderr).toMatch(ONE_LINE);
  });
});

it.each<[string, string, RegExp]>([
  ['a verb that is none', 'fly', /unknown command 'fly'/],
  [
    'an option that is none',
    'train --training x --calibration y --output z --speed 3',
    /^sdm train: .*unknown option '--speed'.*see sdm train --help/,
  ],
  ['a missing option', 'score --input x', /^sdm score: required option '--model <folder>' not specified/],
  ['a number that is none', 'plan --rows many --features 3', /wanted a whole number >= 4/],
  [
    'options that exclude each other',
    'train --training x --calibration y --output z --shuffle-training-and-calibration --do-not-shuffle-data',
    /cannot be used with/,
  ],
  ['shares that do not add up', 'split --parts a=0.5,b=0.6', /shares that add up to 1/],
  ['a shell without completion', 'completion cmd', /no completion for "cmd"/],
  ['a model that is not there', 'evaluate --model $/absent --input $/test.jsonl', /there is no .*absent/],
  [
    'a model that is there',
    'train --training x --calibration y --output $/model.sdmkitmodel',
    /exists; choose another path/,
  ],
  [
    'an id that no row has',
    'explain --model $/model.sdmkitmodel --input $/test.jsonl --id nobody',
    /there is no row "nobody" among 40/,
  ],
  [
    'an accuracy between two rungs',
    'explain --model $/model.sdmkitmodel --input $/test.jsonl --id test-0 --alpha 0.93',
    /0.93 is no rung/,
  ],
  [
    'rows that are in both files',
    'train --training $/test.jsonl --calibration $/one.jsonl --output $/new.sdmkitmodel',
    /one\.jsonl, line 1: id "test-0" is also in .*test\.jsonl, line 1/,
  ],
  [
    'a class without rows',
    'train --training $/training.jsonl --calibration $/one.jsonl --output $/new.sdmkitmodel',
    /has no example of class 1/,
  ],
  [
    'another fingerprint',
    'score --model $/model.sdmkitmodel --input $/test.jsonl --representation-fingerprint other',
    /"other"/,
  ],
  ['nothing to inspect', 'inspect', /give --model or --input/],
])('refuses %s with exit code 2 and one line', async (_, line, message) => {
  const result = await sdm(fill(line));
  expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).toMatch(ONE_LINE);
});

it.each([
  '',
  'train',
  'score',
  'evaluate',
  'certify',
  'explain',
  'inspect',
  'recalibrate',
  'split',
  'plan',
  'demo',
  'completion',
])('helps with examples: %s', async (verb) => {
  const { exitCode, stdout, stderr } = await sdm(`${verb} --help`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain(`Examples:\n  sdm ${verb}`);
});
