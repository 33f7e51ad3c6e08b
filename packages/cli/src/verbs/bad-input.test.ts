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
  await writeFile(path('empty.jsonl'), '\n');
  await writeFile(path('nuls.jsonl'), `${rows[0]}\n${'\0'.repeat(rows[1]!.length)}\n${rows[2]}\n`);
  await writeFile(path('text.jsonl'), '{"id":"t","label":0,"document":"some text"}');
  await writeFile(path('one.jsonl'), `${rows[0]}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Linux has a file that opens and cannot be read, also by root. */
const UNREADABLE: [string, string, RegExp][] = existsSync('/proc/self/mem')
  ? [['a file that cannot be read', '/proc/self/mem', /cannot read .*EIO/]]
  : [];
/** Nobody listens there. */
const SERVICE = '--encoder openai --model m --url http://127.0.0.1:9/v1 --max-retries 0';

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
  it.each<[string, string, RegExp]>([
    ['a line that is no JSON', 'no-json.jsonl', /no-json\.jsonl, line 3: .*JSON/],
    ['a row that became NULs', 'nuls.jsonl', /nuls\.jsonl, line 2: not valid JSON/],
    ['another number of features', 'width.jsonl', /width\.jsonl, line [12]: .* features/],
    ['an id that occurs twice', 'twice.jsonl', /twice\.jsonl, line 3: id "test-0" occurs before/],
    ['a file that is not there', 'absent.jsonl', /there is no .*absent\.jsonl/],
    ['a folder', '', /is a folder/],
    ...UNREADABLE,
  ])('refuses %s in one line and writes nothing', async (_fault, file, message) => {
    const result = await sdm(fill(line.replace('%', file.startsWith('/') ? file : path(file))));
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr).toMatch(ONE_LINE);
    expect((await readdir(root)).filter((name) => /^new(?!-parts)/.test(name))).toEqual([]);
  });
});

describe('embed', () => {
  it.each<[string, string, RegExp]>([
    ['a line that is no JSON', 'no-json.jsonl', /no-json\.jsonl, line 3: .*JSON/],
    ['a row that became NULs', 'nuls.jsonl', /nuls\.jsonl, line 2: not valid JSON/],
    ['a row without a text', 'width.jsonl', /width\.jsonl, line 2: "document" is missing/],
    ['an id that occurs twice', 'twice.jsonl', /twice\.jsonl, line 3: id "test-0" occurs before/],
    ['no row', 'empty.jsonl', /there is no row/],
    ['a file that is not there', 'absent.jsonl', /there is no .*absent\.jsonl/],
    ['a folder', '', /is a folder/],
    ...UNREADABLE,
  ])('refuses %s in one line, before it opens an encoder', async (_fault, file, message) => {
    const input = file.startsWith('/') ? file : path(file);
    const result = await sdm(fill(`embed --input ${input} --output $/new.jsonl --no-cache ${SERVICE}`));
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr).toMatch(ONE_LINE);
    expect((await readdir(root)).filter((name) => /^new(?!-parts)/.test(name))).toEqual([]);
  });
});

describe.each<[verb: string, line: string]>([
  ['embed', `embed --input $/no-json.jsonl --output /proc/x --no-cache ${SERVICE}`],
  ['embed, its cache', `embed --input $/no-json.jsonl --output $/new.jsonl --cache-folder /proc/sdm/x ${SERVICE}`],
  [
    'train, its checkpoint',
    'train --training $/no-json.jsonl --calibration $/no-json.jsonl --output $/new.sdmkitmodel --checkpoint /proc/x',
  ],
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
  ['a shell without completion', 'completion cmd', /'cmd' is invalid .* Allowed choices are bash, zsh, fish/],
  ['a model that is not there', 'evaluate --model $/absent --input $/test.jsonl', /there is no .*absent/],
  [
    'a model that is there',
    'train --training x --calibration y --output $/model.sdmkitmodel',
    /exists; choose another path or pass --overwrite$/m,
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
    /one\.jsonl: there is no row of class 1, which .*training\.jsonl, line \d+ has; the labels seen are 0: give rows/,
  ],
  [
    'another fingerprint',
    'score --model $/model.sdmkitmodel --input $/test.jsonl --representation-fingerprint other',
    /"other"/,
  ],
  [
    'a device that there is not',
    'inspect --model $/model.sdmkitmodel --matching-device mps',
    /Allowed choices are auto, cpu/,
  ],
  [
    'texts without features where they are needed',
    'score --model $/model.sdmkitmodel --input $/text.jsonl',
    /text\.jsonl, line 1: .*sdm embed makes from a text/,
  ],
  ['nothing to inspect', 'inspect', /give --model or --input/],
  [
    'a service that is not there',
    `embed --input $/test.jsonl --no-cache ${SERVICE}`,
    /127\.0\.0\.1:9.* cannot be reached/,
  ],
  ['an encoder without its model', 'embed --input $/test.jsonl --encoder openai', /openai needs --model/],
  [
    "another encoder's option",
    'embed --input $/test.jsonl --encoder openai --model m --dtype q8',
    /--dtype is for --encoder transformers, not openai/,
  ],
  [
    'a template without a place for the text',
    `embed --input $/test.jsonl --no-cache ${SERVICE} --template query`,
    /wanted \{text\} once/,
  ],
  [
    'a device that is none',
    'embed --input $/test.jsonl --backend abacus',
    /abacus.*Allowed choices are tensorflow-gpu, .*wasm/,
  ],
  [
    'a folder without the files of the encoder',
    'embed --input $/test.jsonl --folder $ --no-cache',
    /does not hold model\.json/,
  ],
  [
    'a representation that is none',
    'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/new.sdmkitmodel --representation $/test.jsonl',
    /test\.jsonl: not valid JSON/,
  ],
  [
    'a checkpoint that is none',
    'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/new.sdmkitmodel --checkpoint $/test.jsonl',
    /test\.jsonl is no checkpoint of sdm train; name another file$/m,
  ],
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
  'embed',
  'completion',
])('helps with examples: %s', async (verb) => {
  const { exitCode, stdout, stderr } = await sdm(`${verb} --help`);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain(`Examples:\n  sdm ${verb}`);
});
