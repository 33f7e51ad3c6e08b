import { loadKernels } from '@sdmjs/kernels';
import { kernelEngine, trainModel } from '@sdmjs/training';
import { createClock, type Measured, MOST_RUNS } from './clock.js';
import type { Sizes } from './points.js';
import { drawTable } from './rows.js';

/** A training run on one thread: rows, epochs with q and d of both splits refreshed, the final model. The times are of an epoch. */
export async function measureEpoch(sizes: Sizes, say: (line: string) => void): Promise<Measured> {
  const trainingSet = drawTable(sizes, { name: 'row', seed: 1 });
  const calibrationSet = drawTable({ ...sizes, rows: sizes.calibrationRows }, { name: 'cal', seed: 2 });
  say('rows drawn');
  const engine = kernelEngine({ kernels: await loadKernels({ threads: 1 }) });
  const clock = createClock();
  const stop = new AbortController();
  let saidAt = performance.now();
  await trainModel({
    trainingSet,
    calibrationSet,
    representationSize: sizes.representation,
    epochs: MOST_RUNS,
    shuffle: false,
    engine,
    stopSignal: stop.signal,
    onProgress(event) {
      if (event.kind === 'matching' && performance.now() - saidAt > 10_000) {
        saidAt = performance.now();
        say(`${event.completed} of ${event.total} rows matched, ${event.secondsLeft.toFixed(0)} s left`);
      }
      if (event.kind !== 'epoch') return;
      clock.lap();
      say('epoch finished');
      if (clock.isEnough()) stop.abort();
    },
  });
  return clock.measured();
}
