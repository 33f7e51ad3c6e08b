import { readdir, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommandLine } from '../run-command-line.js';
import { demoFiles, QUICK } from '../testing/demo-files.js';
import { eventsOf, fakeHost, sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
const fill = (line: string) => line.replaceAll('$', root);
const TRAIN = `train --training $/training.jsonl --calibration $/calibration.jsonl ${QUICK}`;

beforeAll(async () => {
  ({ root, path } = await demoFiles(60));
  await sdm(fill(`${TRAIN} --output $/model.sdmkitmodel`));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs a command line and interrupts it, once or twice, whenever it writes the text. */
async function interruptedAt(mark: string, line: string, times = 1) {
  const { host, written, interrupt } = fakeHost({
    onWrite(text) {
      for (let i = 0; i < times && text.includes(mark); i++) interrupt();
    },
  });
  const exitCode = await runCommandLine(fill(line).split(' '), host);
  return { exitCode, ...written };
}

it.each([
  ['loading', 'recalibrate --model $/model.sdmkitmodel --output $/stopped.sdmkitmodel'],
  ['calibrating', 'recalibrate --model $/model.sdmkitmodel --output $/stopped.sdmkitmodel --alpha-resolution 0.01'],
  ['loading', 'inspect --model $/model.sdmkitmodel --output $/stopped.json'],
])('stops while it is %s, and writes nothing: %s', async (stage, line) => {
  const result = await interruptedAt(`"stage":"${stage}"`, `${line} --json`);
  expect(result).toMatchObject({ exitCode: 130, stderr: 'sdm: stopped; no file was written\n' });
  expect((await readdir(root)).filter((name) => name.includes('stopped'))).toEqual([]);
});

it('lets a recalibrated model be saved whose saving has begun', async () => {
  const line = 'recalibrate --model $/model.sdmkitmodel --output $/saved.sdmkitmodel --json';
  expect(await interruptedAt('"stage":"saving"', line)).toMatchObject({ exitCode: 0 });
  expect(await readdir(path('saved.sdmkitmodel'))).toContain('manifest.json');
});

it('stops a demo in its first epoch and says where the rows are', async () => {
  const { exitCode, stdout, stderr } = await interruptedAt('Made-up short reviews', 'demo --output-folder $/demo');
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
  expect(stdout).toMatch(/\nstopped; the rows and what was made of them are in .*demo\n$/);
  expect((await readdir(path('demo'))).sort()).toEqual(['calibration.jsonl', 'test.jsonl', 'training.jsonl']);
  const events = eventsOf((await interruptedAt('"stage":"training"', 'demo --output-folder $/demo --json')).stdout);
  expect(events.at(-1)).toEqual({ event: 'stopped', folder: path('demo') });
});

it('stops a training at the second interrupt and says that its checkpoint goes on', async () => {
  const line = `${TRAIN} --output $/gone-on.sdmkitmodel --checkpoint $/run --json`;
  const { exitCode, stdout, stderr } = await interruptedAt('"epoch":', line, 2);
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
  expect(eventsOf(stdout).at(-1)).toEqual({ event: 'stopped', checkpoint: path('run') });
  const text = await interruptedAt('going on from', line.replace(' --json', ''));
  expect(text).toMatchObject({ exitCode: 130, stdout: '' });
  expect(text.stderr).toMatch(/\nstopped; the run so far is in .*run, so that the same command goes on from there\n$/);
  expect((await readdir(root)).filter((name) => name.includes('gone-on'))).toEqual([]);
  expect(eventsOf((await sdm(fill(line))).stdout).find(({ event }) => event === 'resumed')).toMatchObject({
    rounds: 0,
  });
});
