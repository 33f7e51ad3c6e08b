import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { loadModel } from '@sdmjs/interchange/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoLines } from './demo/demo-rows.js';
import { interruptAt, runByShell, runChild } from './testing/child-process.js';
import { demoFiles, QUICK } from './testing/demo-files.js';
import { startEmbeddingService } from './testing/embedding-service.js';
import { sdm } from './testing/fake-host.js';

let root: string;
let path: (name: string) => string;

beforeAll(async () => {
  ({ root, path } = await demoFiles());
  await writeFile(path('many.jsonl'), demoLines({ name: 'many', rows: 20_000, seed: 9n }).join(''));
  await sdm(
    `train --training ${path('training.jsonl')} --calibration ${path('calibration.jsonl')} --output ${path('model.sdmkitmodel')} ${QUICK}`,
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const fill = (line: string) => line.replaceAll('$', root);
const filesNamed = async (part: string) => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.filter((file) => file.slice(root.length).includes(part));
};

const SETS = '--training $/training.jsonl --calibration $/calibration.jsonl';
const TRAIN =
  'train --training $/many.jsonl --calibration $/calibration.jsonl --output $/stopped.sdmkitmodel --exemplar-dimension 16 --json --overwrite';

describe('an interrupt', () => {
  it.each([
    ['while rows are read', `${TRAIN} --epochs 500`, /"stage":"reading"/],
    ['in the first epoch', `${TRAIN} --epochs 500`, /"stage":"training"/],
    [
      'while rows are scored',
      'score --model $/model.sdmkitmodel --input $/many.jsonl --output $/stopped.jsonl --json',
      /"progress","stage":"scoring"/,
    ],
    [
      'while rows are evaluated',
      'evaluate --model $/model.sdmkitmodel --input $/many.jsonl --output $/stopped.json --json',
      /"progress","stage":"scoring"/,
    ],
    [
      'while rows are certified',
      'certify --model $/model.sdmkitmodel --input $/many.jsonl --json',
      /"progress","stage":"scoring"/,
    ],
    ['while rows are inspected', 'inspect --input $/many.jsonl --json', /"stage":"reading"/],
    [
      'while a row is looked for',
      'explain --model $/model.sdmkitmodel --input $/many.jsonl --id many-1 --json',
      /"stage":"reading"/,
    ],
    [
      'while rows are split',
      'split --input $/many.jsonl --output-folder $ --parts stopped-a=0.5,stopped-b=0.5 --json',
      /"stage":"reading"/,
    ],
    [
      'while a service is waited for',
      'embed --input $/many.jsonl --output $/stopped.jsonl --no-cache --encoder openai --model m --url http://127.0.0.1:9/v1 --max-retries 99 --json',
      /"stage":"encoding"/,
    ],
    [
      'while a model is recalibrated',
      'recalibrate --model $/model.sdmkitmodel --output $/stopped.sdmkitmodel --alpha-resolution 0.00005 --json',
      /"stage":"calibrating"/,
    ],
  ])('%s ends with 130 and leaves nothing', async (_, line, mark) => {
    const { exitCode, signal, stderr } = await runChild(fill(line), interruptAt(mark));
    expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: null });
    expect(stderr).toMatch(/sdm: stopped; no file was written\n$/);
    expect(await filesNamed('stopped')).toEqual([]);
  });

  it('after an epoch ends with 130 and the best epoch saved', async () => {
    const { exitCode, stdout } = await runChild(fill(`${TRAIN} --epochs 500`), interruptAt(/"event":"epoch"/));
    expect(exitCode).toBe(130);
    const { metadata, modelId } = await loadModel(path('stopped.sdmkitmodel'));
    expect(metadata).toMatchObject({ stoppedEarly: true, bestEpoch: expect.any(Number) });
    expect(stdout).toContain(modelId);
    await rm(path('stopped.sdmkitmodel'), { recursive: true });
  });

  it('while the model is saved lets it be saved', async () => {
    const { exitCode } = await runChild(
      fill(`${TRAIN.replace('many', 'training')} --epochs 1`),
      interruptAt(/"stage":"saving"/),
    );
    expect([0, 130]).toContain(exitCode);
    expect((await loadModel(path('stopped.sdmkitmodel'))).model.classNames).toHaveLength(2);
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
    await rm(path('stopped.sdmkitmodel'), { recursive: true });
  });
});

it.skipIf(platform() === 'win32')('ends a process that hangs in a system call when interrupts go on', async () => {
  execFileSync('mkfifo', [path('unwritten')]);
  let timer: ReturnType<typeof setInterval> | undefined;
  const { exitCode, signal, stderr } = await runChild(fill('inspect --input $/unwritten --json'), (_, child) => {
    timer ??= setInterval(() => child.kill('SIGINT'), 200);
  });
  clearInterval(timer);
  expect({ exitCode, signal }).toEqual({ exitCode: null, signal: 'SIGINT' }); // 130 in a shell
  expect(stderr).toMatch(/\nsdm: given up at once[^\n]*\n$/);
});

describe('a reader that goes away', () => {
  it.each([
    ['score', 'score --model $/model.sdmkitmodel --input $/many.jsonl'],
    ['the events of score', 'score --model $/model.sdmkitmodel --input $/many.jsonl --output $/scores.jsonl --json'],
    ['evaluate', 'evaluate --model $/model.sdmkitmodel --input $/many.jsonl --output -'],
    ['inspect', 'inspect --input $/many.jsonl'],
    ['split', 'split --input $/many.jsonl --output-folder $/parts'],
    ['plan', 'plan --rows 2000 --features 8'],
    ['train', `train ${SETS} --output $/unread.sdmkitmodel ${QUICK}`],
    ['the events of train', `train ${SETS} --output $/unread-events.sdmkitmodel ${QUICK} --json`],
    ['certify', 'certify --model $/model.sdmkitmodel --input $/test.jsonl'],
    ['explain', 'explain --model $/model.sdmkitmodel --input $/test.jsonl --id test-1'],
    ['recalibrate', 'recalibrate --model $/model.sdmkitmodel --output $/unread-finer.sdmkitmodel'],
    ['demo', 'demo --output-folder $/unread-demo'],
    ['help', 'train --help'],
    ['a script of completion', 'completion bash'],
  ])('ends %s quietly', async (_, line) => {
    const { exitCode, stderr } = await runChild(fill(line), (_text, child) => void child.stdout?.destroy(), true);
    expect({ exitCode, errors: stderr.match(/sdm:|Error|EPIPE/g) }).toEqual({ exitCode: 0, errors: null });
  });

  it('ends embed quietly', async () => {
    const service = await startEmbeddingService();
    const line = `embed --input $/many.jsonl --no-cache --encoder openai --model m --url ${service.url}`;
    const { exitCode, stderr } = await runChild(fill(line), (_, child) => void child.stdout?.destroy());
    service.close();
    expect({ exitCode, errors: stderr.match(/sdm:|Error|EPIPE/g) }).toEqual({ exitCode: 0, errors: null });
    expect(service.requests.flatMap(({ input }) => input).length).toBeLessThan(20_000);
  });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  it.each([
    ['score --model $/model.sdmkitmodel --input $/test.jsonl --output /dev/full'],
    ['evaluate --model $/model.sdmkitmodel --input $/test.jsonl --output /dev/full'],
    ['inspect --input $/test.jsonl --output /dev/full'],
    [`train ${SETS} --output $/reported.sdmkitmodel --exemplar-dimension 4 --epochs 1 --report-output /dev/full`],
    ['recalibrate --model $/model.sdmkitmodel --output $/reported-finer.sdmkitmodel --report-output /dev/full'],
  ])('is said in one line: %s', async (line) => {
    const result = await sdm(fill(line));
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.stderr).toMatch(/(^|\n)sdm: cannot write \/dev\/full: ENOSPC[^\n]*\n$/);
  });

  it.each([
    'inspect --input $/test.jsonl',
    'certify --model $/model.sdmkitmodel --input $/test.jsonl',
    'train --help',
    'completion bash',
  ])('is said in one line where standard output goes there: %s', async (line) => {
    const { exitCode, stderr } = await runByShell('"$0" "$@" > /dev/full', fill(line));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/(^|\n)sdm: cannot write standard output: ENOSPC[^\n]*\n$/);
  });

  // A limit on the size of files stands for a full disk: writing beyond it fails.
  it.each<[string, string, RegExp]>([
    [
      'model',
      `train ${SETS} --output $/full.sdmkitmodel --exemplar-dimension 1000 --epochs 1`,
      /sdm: cannot write .*full\.sdmkitmodel: EFBIG[^\n]*\n$/,
    ],
    [
      'checkpoint',
      `train ${SETS} --output $/full.sdmkitmodel --exemplar-dimension 1000 --epochs 3 --checkpoint $/full-run`,
      /sdm: cannot write .*full-run: EFBIG[^\n]*\n$/,
    ],
    [
      'file of scores',
      'score --model $/model.sdmkitmodel --input $/many.jsonl --output $/full.jsonl',
      /full\.jsonl: EFBIG/,
    ],
    ['part', 'split --input $/many.jsonl --output-folder $ --parts full-a=0.001,full-b=0.999', /full-b\.jsonl: EFBIG/],
    [
      'recalibrated model',
      'recalibrate --model $/model.sdmkitmodel --output $/full.sdmkitmodel',
      /cannot write .*full\.sdmkitmodel: EFBIG/,
    ],
    ['file of made-up rows', 'demo --output-folder $/full-demo', /cannot write .*full-demo\/\w+\.jsonl: EFBIG/],
  ])('leaves no half of a %s', async (_, line, message) => {
    const { exitCode, stderr } = await runByShell(limited(16), fill(line));
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(await filesNamed('full')).toEqual([]);
  });

  it.each<[string, string, number, RegExp]>([
    ['file of features', '--input $/many.jsonl --output $/full.jsonl --no-cache', 16, /full\.jsonl: EFBIG/],
    ['cache', '--input $/test.jsonl --cache-folder $/full-cache', 0, /cannot write .*full-cache.*: EFBIG/],
  ])('leaves no half of a %s', async (_, line, limit, message) => {
    const service = await startEmbeddingService();
    const embed = `embed ${line} --encoder openai --model m --url ${service.url}`;
    const { exitCode, stderr } = await runByShell(limited(limit), fill(embed));
    service.close();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/(^|\n)sdm: [^\n]*\n$/);
    expect(await filesNamed('full')).toEqual([]);
  });
});

/** A program of the shell under which files grow no larger than so many kilobytes. */
const limited = (kilobytes: number) => `trap '' XFSZ; ulimit -f ${kilobytes}; "$0" "$@"`;
