import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createLanguageModelEncoder } from '@sdmjs/adapters/language-model';
import { chooseBackend } from '@sdmjs/backends';
import { loadModel } from '@sdmjs/interchange/node';
import { createDecoder, createLanguageModel, trainWordTokenizer } from '@sdmjs/language-model';
import { saveLanguageModel } from '@sdmjs/language-model/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirePackages } from '../embed/require-packages.js';
import { runCommandLine } from '../run-command-line.js';
import { demoFiles } from '../testing/demo-files.js';
import { type EmbeddingService, lettersOf, startEmbeddingService } from '../testing/embedding-service.js';
import { eventsOf, fakeHost, sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
let service: EmbeddingService;

beforeAll(async () => {
  ({ root, path } = await demoFiles(60));
  service = await startEmbeddingService();
});
afterAll(async () => {
  service.close();
  await rm(root, { recursive: true, force: true });
});

const fill = (line: string) => line.replaceAll('$', root).replace('URL', service.url);
const linesOf = async (name: string) => (await readFile(path(name), 'utf8')).trim().split('\n');
const OPENAI = '--encoder openai --url URL --model letters';
const CACHE = '--cache-folder $/cache';
const embed = (line: string, options: Parameters<typeof sdm>[1] = {}) => sdm(fill(`embed ${line}`), options);

it('gives rows their features and leaves the rest as it was, here with the rows of a demo in place of their own', async () => {
  const { exitCode, stdout, stderr } = await embed(`--input $/test.jsonl --output $/o.jsonl ${OPENAI} --no-cache`);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  expect(stderr).toMatch(/60 rows of 9 features/);
  const given = (await linesOf('test.jsonl')).map((line) => JSON.parse(line) as Record<string, unknown>);
  const representation = JSON.parse(await readFile(path('o.jsonl.representation.json'), 'utf8')) as object;
  expect(representation).toMatchObject({ provider: '@sdmjs/adapters/openai', model: 'letters', inputTemplate: null });
  expect((await linesOf('o.jsonl')).map((line) => JSON.parse(line) as object)).toEqual(
    given.map((row) => ({
      ...row,
      representationFingerprint: (representation as { fingerprint: string }).fingerprint,
      embedding: lettersOf(row['document'] as string),
    })),
  );
});

it('encodes a text once, whoever asks: the cache knows it and the encoder', async () => {
  const run = (more = '') => embed(`--input $/test.jsonl --output - ${OPENAI} ${CACHE} --json ${more}`);
  service.requests.length = 0;
  const first = await run();
  const asked = service.requests.length;
  expect(asked).toBeGreaterThan(0);
  const again = await run();
  expect(again.stdout).toBe(first.stdout);
  expect(service.requests).toHaveLength(asked);
  expect(eventsOf(again.stderr).at(-1)).toMatchObject({ event: 'result', rows: 60, fromCache: 60, features: 9 });
  await run('--revision 2');
  expect(service.requests).toHaveLength(2 * asked);
  await run('--no-cache');
  expect(service.requests).toHaveLength(3 * asked);
});

describe('an API key', () => {
  const line = `--input $/test.jsonl --output - ${OPENAI} --no-cache`;
  const environment = { OPENAI_API_KEY: 'sk-open', MY_KEY: 'sk-mine' };

  it('comes from the variable that is named, and is in nothing that is written', async () => {
    service.requests.length = 0;
    const { exitCode, stdout, stderr } = await embed(`${line} --api-key-variable MY_KEY --json`, { environment });
    expect(exitCode).toBe(0);
    expect(service.requests[0]?.authorization).toBe('Bearer sk-mine');
    expect(stdout + stderr).not.toContain('sk-mine');
  });

  it('of OpenAI goes to nobody else', async () => {
    service.requests.length = 0;
    expect(await embed(line, { environment })).toMatchObject({ exitCode: 0 });
    expect(service.requests[0]?.authorization).toBeUndefined();
  });

  it.each([
    ['--input $/test.jsonl --encoder openai --model m --no-cache', 'OPENAI_API_KEY'],
    [`${line} --api-key-variable OTHER_KEY`, 'OTHER_KEY'],
  ])('that is not there is missed by name: %s', async (words, name) => {
    expect(await embed(words)).toMatchObject({
      exitCode: 2,
      stderr: `sdm: the environment variable ${name} is not set; put the API key into it, or name another with --api-key-variable\n`,
    });
  });
});

it('stops at an interrupt with nothing written, and goes on from the cache', async () => {
  const { host, written, interrupt } = fakeHost();
  const words = fill(
    `embed --input $/test.jsonl --output $/stopped.jsonl ${OPENAI} --batch-size 8 --cache-folder $/own`,
  );
  service.requests.length = 0;
  service.onRequest = () => service.requests.length === 3 && interrupt();
  const exitCode = await runCommandLine(words.split(' '), host);
  service.onRequest = () => undefined;
  expect(exitCode).toBe(130);
  expect(written.stderr).toMatch(
    /stopped; what was encoded stays in .*own, so that the same command goes on from there\n$/,
  );
  expect((await readdir(root)).filter((name) => name.includes('stopped'))).toEqual([]);
  const asked = service.requests.slice(0, 2).flatMap(({ input }) => input);
  service.requests.length = 0;
  expect(await sdm(words)).toMatchObject({ exitCode: 0 });
  const rest = service.requests.flatMap(({ input }) => input);
  expect(rest.filter((text) => asked.includes(text))).toEqual([]);
  expect(await linesOf('stopped.jsonl')).toHaveLength(60);
});

describe('an estimator of embedded rows', () => {
  const train = '--output $/m.sdmkitmodel --exemplar-dimension 4 --epochs 2 --learning-rate 0.01 --overwrite';
  beforeAll(async () => {
    for (const name of ['training', 'calibration', 'test']) {
      await embed(`--input $/${name}.jsonl --output $/e-${name}.jsonl ${OPENAI} ${CACHE} --prefix verdict:`);
      await embed(`--input $/${name}.jsonl --output $/x-${name}.jsonl ${OPENAI} ${CACHE}`);
    }
  });

  it('knows what made its features, from the rows and in full from their representation', async () => {
    const files = '--training $/e-training.jsonl --calibration $/e-calibration.jsonl';
    expect(await sdm(fill(`train ${files} ${train}`))).toMatchObject({ exitCode: 0 });
    const { fingerprint, provider } = (await loadModel(path('m.sdmkitmodel'))).model.representation;
    const said = JSON.parse(await readFile(path('e-test.jsonl.representation.json'), 'utf8')) as object;
    expect({ fingerprint, provider }).toEqual({
      fingerprint: (said as { fingerprint: string }).fingerprint,
      provider: 'precomputed',
    });
    await sdm(fill(`train ${files} ${train} --representation $/e-training.jsonl.representation.json`));
    await sdm(fill('recalibrate --model $/m.sdmkitmodel --output $/r.sdmkitmodel --alpha-resolution 0.1'));
    for (const name of ['m.sdmkitmodel', 'r.sdmkitmodel']) {
      expect((await loadModel(path(name))).model.representation).toEqual(said);
    }
  });

  it.each([
    'score --model $/m.sdmkitmodel --input $/FILE-test.jsonl --output $/s.jsonl',
    'evaluate --model $/m.sdmkitmodel --input $/FILE-test.jsonl',
    'certify --model $/m.sdmkitmodel --input $/FILE-test.jsonl',
    'explain --model $/m.sdmkitmodel --input $/FILE-test.jsonl --id test-1',
    `train --training $/e-training.jsonl --calibration $/FILE-calibration.jsonl ${train}`,
    `train --training $/FILE-training.jsonl --calibration $/FILE-calibration.jsonl ${train} --representation $/e-test.jsonl.representation.json`,
  ])('takes rows of its encoder and refuses those of another: %s', async (line) => {
    expect(await sdm(fill(line.replaceAll('FILE', 'e')))).toMatchObject({ exitCode: 0 });
    const refused = await sdm(fill(line.replaceAll('FILE', 'x')));
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^sdm: .*x-\w+\.jsonl, line 1: representationFingerprint is "[0-9a-f]{64}", .*\n$/);
  });
});

it('encodes with a language model in a folder, and says where there is none', async () => {
  await chooseBackend({ force: 'wasm' });
  const tokenizer = trainWordTokenizer({
    texts: ['the win meeting holiday free'],
    vocabularySize: 24,
    controlTokens: [],
  });
  const decoder = createDecoder(
    { vocabularySize: 24, contextLength: 16, width: 8, layerCount: 1, headCount: 2, feedForwardSize: 12 },
    { seed: 1 },
  );
  await saveLanguageModel({ decoder, tokenizer }, path('lm'));
  const rows = ['win holiday', 'the meeting'].map((document, id) => JSON.stringify({ id: `r${id}`, document }));
  await writeFile(path('words.jsonl'), rows.join('\n'));
  const line = '--input $/words.jsonl --output $/lm.jsonl --encoder language-model --no-cache --folder';
  const { exitCode } = await embed(`${line} $/lm --backend wasm`);
  expect(exitCode).toBe(0);
  const languageModel = await createLanguageModel({ decoder, tokenizer });
  const wanted = await (await createLanguageModelEncoder({ languageModel })).encode(['win holiday', 'the meeting']);
  const got = (await linesOf('lm.jsonl')).flatMap((text) => (JSON.parse(text) as { embedding: number[] }).embedding);
  expect(Float32Array.from(got)).toEqual(wanted.data);
  languageModel.dispose();
  expect(await embed(`${line} $/absent --backend wasm`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/sdm: there is no .*absent; check the path\n$/),
  });
});

it('names the packages that are missing and the command that installs them, in one line', async () => {
  expect(await embed('--input $/test.jsonl --encoder transformers --model m --no-cache')).toMatchObject({
    exitCode: 2,
    stderr:
      'sdm: --encoder transformers needs @huggingface/transformers, not installed; npm install @huggingface/transformers (with --global where sdm is)\n',
  });
  expect(() => requirePackages('x', ['@sdmjs/core', 'no-such-a', 'no-such-b'])).toThrow(
    'needs no-such-a, no-such-b, not installed; npm install no-such-a no-such-b (',
  );
});

it('refuses a cache where none can be before anything is encoded', async () => {
  await mkdir(path('folder'));
  await writeFile(path('folder/file'), '');
  expect(await embed(`--input $/test.jsonl ${OPENAI} --cache-folder $/folder/file/cache`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^sdm: cannot write .*cache: .*; choose another path\n$/),
  });
});

it.skipIf(!existsSync('/dev/full'))(
  'says in one line that the disk is full, and puts nothing beside a device',
  async () => {
    expect(await embed(`--input $/test.jsonl --output /dev/full ${OPENAI} ${CACHE}`)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^sdm: cannot write \/dev\/full: ENOSPC[^\n]*\n$/),
    });
    expect(existsSync('/dev/full.representation.json')).toBe(false);
  },
);

it('reads rows from a pipe', async () => {
  execFileSync('mkfifo', [path('pipe')]);
  const writing = writeFile(path('pipe'), await readFile(path('test.jsonl')));
  const { exitCode } = await embed(`--input $/pipe --output $/piped.jsonl ${OPENAI} ${CACHE}`);
  await writing;
  expect(exitCode).toBe(0);
  expect(await linesOf('piped.jsonl')).toHaveLength(60);
});
