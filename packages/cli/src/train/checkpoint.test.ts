import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { afterAll, expect, it } from 'vitest';
import { trainModel } from '@sdmjs/training';
import { createRowReader, examplesOf } from '@sdmjs/interchange';
import { saveRunState } from '@sdmjs/training/node';
import { demoLines } from '../demo/demo-rows.js';
import { openCheckpoint } from './checkpoint.js';

const root = mkdtempSync(join(tmpdir(), 'sdm-checkpoint-'));
const path = join(root, 'run');
afterAll(() => rmSync(root, { recursive: true }));

function rows(name: string) {
  const reader = createRowReader();
  reader.push(new TextEncoder().encode(demoLines({ name, rows: 20, seed: 1n }).join('')));
  return examplesOf(reader.finish());
}

/** Leaves the state of a run of one epoch. */
async function writeState(): Promise<void> {
  const sets = { trainingSet: rows('training'), calibrationSet: rows('calibration') };
  await trainModel({ ...sets, representationSize: 4, epochs: 1, onCheckpoint: (state) => saveRunState(state, path) });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : '');

it.each<[string, string | Uint8Array]>([
  ['rows', demoLines({ name: 'a', rows: 3, seed: 1n }).join('')],
  ['nothing', ''],
  ['a file of tensors', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125)],
])('says of a file with %s that it is no checkpoint, and to name another', async (_, contents) => {
  writeFileSync(path, contents);
  const error: unknown = await openCheckpoint(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'bad-format',
    message: `${path} is no checkpoint of sdm train; name another file`,
  });
  rmSync(path);
});

it('says of a state that was cut off what is wrong, and nothing of removing it', async () => {
  await writeState();
  truncateSync(path, 2000);
  const error: unknown = await openCheckpoint(path).catch((thrown: unknown) => thrown);
  expect(messageOf(error)).toMatch(
    /run: the checkpoint is damaged: .*cut off; give another copy of it, or name another /,
  );
  rmSync(path);
});

it('names what another run was given by the options of the command', async () => {
  await writeState();
  const { resume, explain } = await openCheckpoint(path);
  const sets = { trainingSet: rows('training'), calibrationSet: rows('other') };
  const run = trainModel({ ...sets, resume, representationSize: 5, maxSimilarity: 9, epochs: 1 });
  const message = messageOf(await run.catch(explain).catch((thrown: unknown) => thrown));
  expect(message).toMatch(/^.*run: the checkpoint is of a run with other values: --exemplar-dimension \(4, here 5\), /);
  expect(message).toMatch(
    /--max-neighbors \(2048, here 9\), .*ids of the rows; give what that run was given, or name /,
  );
  expect(message).not.toMatch(/resume|remove|[0-9a-f]{20}/);
});

it('leaves all other errors as they are', async () => {
  const { explain } = await openCheckpoint(join(root, 'new'));
  const error = new SdmError('bad-format', 'trainModel: classNames: wanted 2; mend them');
  expect(() => explain(error)).toThrow(error);
});
