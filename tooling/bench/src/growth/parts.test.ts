import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunState, trainModel } from '@sdmjs/training';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openParts, sumOfParts } from './parts.js';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sdmjs-parts-')), 'point');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function statesOf(count: number): Promise<RunState[]> {
  const states: RunState[] = [];
  const examples = Array.from({ length: 12 }, (_, i) => ({
    id: `row-${i}`,
    label: i % 2,
    features: Float32Array.of(i % 5, i % 3),
  }));
  await trainModel({
    trainingSet: examples.slice(0, 6),
    calibrationSet: examples.slice(6),
    representationSize: 2,
    epochs: count,
    checkpointSeconds: Infinity,
    onCheckpoint: (state) => void states.push(state),
  });
  return states;
}

it('keeps the last state with the times until then, and adds up those of all processes', async () => {
  const [first, second, third] = (await statesOf(3)) as [RunState, RunState, RunState];
  const one = await openParts(folder);
  expect(one).toMatchObject({ earlier: [], resume: undefined });
  await one.keep(first, { wall: 1, processor: 2, peakBytes: 50 });
  await one.keep(second, { wall: 3, processor: 4, peakBytes: 70 });
  const two = await openParts(folder);
  expect(two.earlier).toEqual([{ wall: 3, processor: 4, peakBytes: 70 }]);
  expect(two.resume!.present[0]!.history).toHaveLength(2);
  await two.keep(third, { wall: 10, processor: 20, peakBytes: 60 });
  expect(await readdir(folder)).toEqual(['part-2-state-1.safetensors', 'parts.json']);
  const three = await openParts(folder);
  expect(three.resume!.present[0]!.history).toHaveLength(3);
  expect(sumOfParts(three.earlier)).toEqual({ wall: 13, processor: 24, peakBytes: 70, parts: 2 });
});
