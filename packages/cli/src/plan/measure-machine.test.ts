import type * as kernels from '@sdmjs/kernels';
import { afterEach, expect, it, vi } from 'vitest';
import { runCommandLine } from '../run-command-line.js';
import { fakeHost } from '../testing/fake-host.js';
import { measuredSizes } from './measure-machine.js';

const heard = vi.hoisted(() => ({ onEnd: () => {} }));
vi.mock('@sdmjs/kernels', async (importOriginal) => {
  const original = await importOriginal<typeof kernels>();
  const loadKernels: typeof original.loadKernels = async (options) => {
    const loaded = await original.loadKernels(options);
    return Object.assign(Object.create(loaded) as typeof loaded, {
      dispose() {
        loaded.dispose();
        heard.onEnd();
      },
    });
  };
  return { ...original, loadKernels };
});
afterEach(() => {
  heard.onEnd = () => {};
});

const PLAN = 'plan --rows 2000 --features 8 --exemplar-dimension 8'.split(' ');

it('ends with 130 and plans nothing when it is interrupted as the measurement ends', async () => {
  const { host, written, interrupt } = fakeHost();
  heard.onEnd = () => setTimeout(interrupt, 0);
  expect(await runCommandLine(PLAN, host)).toBe(130);
  expect(written).toEqual({ stdout: '', stderr: 'sdm: stopped; no file was written\n' });
});

it('ends with 0 and a plan when it is not', async () => {
  const { host, written } = fakeHost();
  expect(await runCommandLine(PLAN, host)).toBe(0);
  expect(written.stdout).toContain('1 x 20 epochs');
});

const RUN = {
  trainingRows: 1000,
  calibrationRows: 1000,
  featureCount: 1024,
  representationSize: 1000,
  classCount: 2,
  batchSize: 64,
  epochs: 1,
  rounds: 1,
};

it.each([
  ['a run of usual width whole', RUN, RUN],
  ['few of many features', { ...RUN, featureCount: 1_000_000 }, { ...RUN, featureCount: 4194 }],
  [
    'few numbers of a wide representation',
    { ...RUN, representationSize: 1_000_000, batchSize: 10_000 },
    { ...RUN, representationSize: 4096, batchSize: 1024 },
  ],
])('measures %s', (_, sizes, measured) => {
  expect(measuredSizes(sizes)).toEqual(measured);
});
