import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@sdmjs/interchange/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoLines } from './demo/demo-rows.js';
import { demoFiles, QUICK } from './testing/demo-files.js';
import { startEmbeddingService } from './testing/embedding-service.js';
import { sdm } from './testing/fake-host.js';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const NODE = ['--import', 'tsx', '--conditions=source', main];
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

const words = (line: string) => line.replaceAll('$', root).split(' ').filter(Boolean);

/** Runs a command line in a process of its own and lets `onOutput` watch what it says on both streams. */
async function run(
  line: string,
  onOutput: (text: string, child: ChildProcess) => void = () => undefined,
  isWatchedFromTheStart = false,
) {
  const child = spawn(process.execPath, [...NODE, ...words(line)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  if (isWatchedFromTheStart) onOutput('', child);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      written[name] += piece.toString();
      onOutput(written.stdout + written.stderr, child);
    });
  }
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { exitCode, signal, ...written };
}

/** Interrupts once, when the output has come to a mark. */
function interruptAt(mark: RegExp) {
  let isSent = false;
  return (text: string, child: ChildProcess) => {
    if (isSent || !mark.test(text)) return;
    isSent = true;
    child.kill('SIGINT');
  };
}

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
  ])('%s ends with 130 and leaves nothing', async (_, line, mark) => {
    const { exitCode, signal, stderr } = await run(line, interruptAt(mark));
    expect({ exitCode, signal }).toEqual({ exitCode: 130, signal: null });
    expect(stderr).toMatch(/sdm: stopped; no file was written\n$/);
    expect((await readdir(root)).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('after an epoch ends with 130 and the best epoch saved', async () => {
    const { exitCode, stdout } = await run(`${TRAIN} --epochs 500`, interruptAt(/"event":"epoch"/));
    expect(exitCode).toBe(130);
    const { metadata, modelId } = await loadModel(path('stopped.sdmkitmodel'));
    expect(metadata).toMatchObject({ stoppedEarly: true, bestEpoch: expect.any(Number) });
    expect(stdout).toContain(modelId);
    await rm(path('stopped.sdmkitmodel'), { recursive: true });
  });

  it('while the model is saved lets it be saved', async () => {
    const { exitCode } = await run(`${TRAIN.replace('many', 'training')} --epochs 1`, interruptAt(/"stage":"saving"/));
    expect([0, 130]).toContain(exitCode);
    expect((await loadModel(path('stopped.sdmkitmodel'))).model.classNames).toHaveLength(2);
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
    await rm(path('stopped.sdmkitmodel'), { recursive: true });
  });
});

describe('a reader that goes away', () => {
  it.each([
    ['score', 'score --model $/model.sdmkitmodel --input $/many.jsonl'],
    ['the events of score', 'score --model $/model.sdmkitmodel --input $/many.jsonl --output $/scores.jsonl --json'],
    ['evaluate', 'evaluate --model $/model.sdmkitmodel --input $/many.jsonl --output -'],
    ['inspect', 'inspect --input $/many.jsonl'],
    ['split', 'split --input $/many.jsonl --output-folder $/parts'],
    ['plan', 'plan --rows 2000 --features 8'],
  ])('ends %s quietly', async (_, line) => {
    const { exitCode, stderr } = await run(line, (_text, child) => void child.stdout?.destroy(), true);
    expect({ exitCode, errors: stderr.match(/sdm:|Error|EPIPE/g) }).toEqual({ exitCode: 0, errors: null });
  });

  it('ends embed quietly', async () => {
    const service = await startEmbeddingService();
    const line = `embed --input $/many.jsonl --no-cache --encoder openai --model m --url ${service.url}`;
    const { exitCode, stderr } = await run(line, (_, child) => void child.stdout?.destroy());
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
    [
      'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/reported.sdmkitmodel --exemplar-dimension 4 --epochs 1 --report-output /dev/full',
    ],
  ])('is said in one line: %s', async (line) => {
    const result = await sdm(line.replaceAll('$', root));
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.stderr).toMatch(/(^|\n)sdm: cannot write \/dev\/full: ENOSPC[^\n]*\n$/);
  });

  it('is said in one line where standard output goes there', async () => {
    const shell = spawn(
      'bash',
      ['-c', `"$0" "$@" > /dev/full`, process.execPath, ...NODE, ...words('inspect --input $/test.jsonl')],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const [exitCode] = (await once(shell, 'close')) as [number];
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/sdm: cannot write standard output: ENOSPC[^\n]*\n$/);
  });

  // A limit on the size of files stands for a full disk: writing beyond it fails.
  it.each<[string, string, RegExp]>([
    [
      'model',
      'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/full.sdmkitmodel --exemplar-dimension 1000 --epochs 1',
      /sdm: cannot write .*full\.sdmkitmodel: EFBIG[^\n]*\n$/,
    ],
    [
      'checkpoint',
      'train --training $/training.jsonl --calibration $/calibration.jsonl --output $/full.sdmkitmodel --exemplar-dimension 1000 --epochs 3 --checkpoint $/full-run',
      /sdm: cannot write .*full-run: EFBIG[^\n]*\n$/,
    ],
    [
      'file of scores',
      'score --model $/model.sdmkitmodel --input $/many.jsonl --output $/full.jsonl',
      /full\.jsonl: EFBIG/,
    ],
    ['part', 'split --input $/many.jsonl --output-folder $ --parts full-a=0.001,full-b=0.999', /full-b\.jsonl: EFBIG/],
  ])('leaves no half of a %s', async (_, line, message) => {
    const program = `trap '' XFSZ; ulimit -f 64; "$0" "$@"`;
    const shell = spawn('bash', ['-c', program, process.execPath, ...NODE, ...words(line)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    let stderr = '';
    shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const [exitCode] = (await once(shell, 'close')) as [number];
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect((await readdir(root)).filter((name) => name.includes('full'))).toEqual([]);
  });
});
