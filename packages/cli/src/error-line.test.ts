import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { SdmError } from '@sdmjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorLine } from './error-line.js';
import { demoFiles, QUICK } from './testing/demo-files.js';
import { sdm } from './testing/fake-host.js';

let root: string;
let path: (name: string) => string;
const fill = (line: string) => line.replaceAll('$', root);
const FILES = '--training $/training.jsonl --calibration $/calibration.jsonl --output $/new.sdmkitmodel';

beforeAll(async () => {
  ({ root, path } = await demoFiles(60));
  await sdm(fill(`train ${FILES.replace('new', 'model')} --do-not-shuffle-data ${QUICK}`));
  const rows = (await readFile(path('training.jsonl'), 'utf8')).trim().split('\n');
  await writeFile(path('mistyped.jsonl'), rows.join('\n').replace('"label":1', '"label":99'));
  await writeFile(path('bom.jsonl'), `\ufeff${rows[0]}`);
  await writeFile(path('bom.json'), '\ufeff{}');
  await mkdir(path('damaged.sdmkitmodel'));
  for (const name of ['manifest.json', 'weights.f32', 'support.f32', 'support.jsonl', 'calibration.jsonl'])
    await copyFile(path(`model.sdmkitmodel/${name}`), path(`damaged.sdmkitmodel/${name}`));
  const weights = await readFile(path('model.sdmkitmodel/weights.f32'));
  await writeFile(path('damaged.sdmkitmodel/weights.f32'), weights.fill(1, 0, 4));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const systemError = (code: string, message: string) => Object.assign(new Error(message), { code, syscall: 'open' });

it.each<[string, Error, string]>([
  [
    'leaves out who threw it',
    new SdmError('bad-format', 'trainModel: classNames: wanted 2'),
    '--class-names: wanted 2',
  ],
  [
    'leaves out the verb',
    new SdmError('empty-input', 'sdm split: wanted two files or more'),
    'wanted two files or more',
  ],
  ['keeps a file without an extension', new SdmError('empty-input', 'rows: there is no row'), 'rows: there is no row'],
  [
    'keeps what the user wrote',
    new SdmError('bad-format', 'loadModel: /learningRate/x.json: "classNames" of "learningRate"; lower learningRate'),
    '/learningRate/x.json: "classNames" of "learningRate"; lower --learning-rate',
  ],
  [
    'keeps the code of a fault of the system, and says how to mend it',
    systemError('EACCES', "EACCES: permission denied, open 'm/manifest.json'"),
    "EACCES: permission denied, open 'm/manifest.json'; choose another path, or have its owner let you in",
  ],
  ['is one line', new SdmError('bad-format', 'a\n  b\u001b[1m'), 'a b�[1m'],
])('%s', (_, error, line) => {
  expect(errorLine(error)).toBe(line);
});

it('says nothing of a mistake of ours', () => {
  expect(errorLine(new TypeError('x is not a function'))).toBeUndefined();
});

it.each<[string, string, RegExp]>([
  ['more warm-up than epochs', `train ${FILES} --epochs 2 --cross-entropy-epochs 5`, /^sdm: --cross-entropy-epochs: /],
  ['a name twice', `train ${FILES} --class-names a,a`, /^sdm: --class-names: wanted 2 different names/],
  [
    'a rate too high',
    `train ${FILES} ${QUICK} --learning-rate 1e30 --batch-size 8`,
    /diverged.*; lower --learning-rate$/m,
  ],
  [
    'a mistyped label',
    `train ${FILES.replace('training.jsonl', 'mistyped.jsonl')}`,
    /^sdm: \/.*\/mistyped\.jsonl, line \d+: label 99 makes 100 classes, which are numbered from 0; the labels seen are 0, 1, 99: /,
  ],
  [
    'another size than that of the initial model',
    `train ${FILES} --initial-model $/model.sdmkitmodel --exemplar-dimension 4`,
    /--exemplar-dimension is 4, and .*model\.sdmkitmodel has 8, which stay; leave it out/,
  ],
  ['rows with a byte-order mark', 'inspect --input $/bom.jsonl', /bom\.jsonl, line 1: begins with a byte-order mark/],
  ['texts with a byte-order mark', 'embed --input $/bom.jsonl --no-cache', /line 1: begins with a byte-order mark/],
  ['a document with one', `train ${FILES} --representation $/bom.json`, /bom\.json: begins with a byte-order mark/],
  ['a folder that is no model', 'inspect --model $', /: there is no manifest\.json; name the \.sdmkitmodel folder$/m],
  [
    'a damaged model',
    'inspect --model $/damaged.sdmkitmodel',
    /^sdm: \/.*damaged\.sdmkitmodel: weights\.f32: SHA-256 is/,
  ],
  [
    'standard input as -',
    'inspect --input -',
    /argument '-' is invalid\. wanted a file; standard input is \/dev\/stdin/,
  ],
  [
    'an empty output',
    'score --model $/model.sdmkitmodel --input $/test.jsonl --output=',
    /'' is invalid\. wanted a path/,
  ],
  ['one file to compare', 'split --check $/test.jsonl', /wanted two files or more after --check/],
  [
    'files to compare and rows to split',
    'split --check $/test.jsonl $/training.jsonl --input $/test.jsonl',
    /'--check <files...>' cannot be used with option '--input <file>'/,
  ],
  [
    'a target accuracy to certify that is no rung',
    'certify --model $/model.sdmkitmodel --input $/test.jsonl --target-accuracies 0.9,0.93',
    /^sdm: 0\.93 is no rung of the ladder with the step 0\.05; the nearest are 0\.95 and 0\.9$/m,
  ],
  [
    'a service that is not there',
    'embed --input $/test.jsonl --no-cache --encoder openai --model m --url http://127.0.0.1:1/v1 --max-retries 0',
    /cannot be reached; check --url, and whether the server runs$/m,
  ],
  [
    'a service without an address',
    'embed --input $/test.jsonl --no-cache --encoder openai --model m --url localhost',
    /wanted a URL as --url, such as https/,
  ],
])('speaks of options, files and mends: %s', async (_, line, message) => {
  const result = await sdm(fill(line));
  expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).toMatch(/^sdm[^\n]*\n$/);
});

it('names the rungs that have no region when they are certified', async () => {
  await sdm(fill(`train ${FILES.replace('new', 'raw')} --exemplar-dimension 2 --epochs 1 --learning-rate 1e-9`));
  const { stdout, exitCode } = await sdm(
    fill('certify --model $/raw.sdmkitmodel --input $/test.jsonl --target-accuracies 0.95'),
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/0\.95 .* no region here; what stricter ones admit counts\n/);
});

it('shows the default of --parts as it is written', async () => {
  const { stdout } = await sdm('split --help');
  expect(stdout.replace(/\s+/g, ' ')).toContain('(default: training=0.4,calibration=0.4,test=0.2)');
});
