import { loadKernels } from '@sdmjs/kernels';
import { kernelEngine, trainModel } from '@sdmjs/training';
import { processMemory } from '../process-memory.js';
import { createClock, type Duration, type Measured, MOST_RUNS } from './clock.js';
import { openParts, sumOfParts } from './parts.js';
import type { Sizes } from './points.js';
import { drawTable } from './rows.js';

/**
 * A training run, on one thread unless the sizes say more: rows, epochs with q and d of both splits refreshed, the final model. The times are of an epoch. With a folder it is one epoch, whose state is
 * kept there, and which goes on where an earlier process was broken off.
 */
export async function measureEpoch(
  sizes: Sizes,
  say: (line: string) => void,
  folder: string | undefined,
): Promise<Measured> {
  const trainingSet = drawTable(sizes, { name: 'row', seed: 1 });
  const calibrationSet = drawTable({ ...sizes, rows: sizes.calibrationRows }, { name: 'cal', seed: 2 });
  say('rows drawn');
  const engine = kernelEngine({ kernels: await loadKernels({ threads: sizes.threads ?? 1 }) });
  const parts = folder === undefined ? undefined : await openParts(folder);
  if (parts?.resume) say(`going on with part ${parts.earlier.length + 1}`);
  const clock = createClock();
  let took: Duration | undefined;
  const partNow = () => ({ ...(took ?? clock.soFar()), peakBytes: processMemory('VmHWM') });
  const stop = new AbortController();
  // The epoch was finished, and only the final model is missing.
  const isWhole = parts?.resume?.present.some(({ history }) => history.length > 0) ?? false;
  if (isWhole) stop.abort();
  let saidAt = performance.now();
  await trainModel({
    trainingSet,
    calibrationSet,
    representationSize: sizes.representation,
    epochs: MOST_RUNS,
    shuffle: false,
    engine,
    stopSignal: stop.signal,
    resume: parts?.resume,
    onCheckpoint: parts && ((state) => parts.keep(state, partNow())),
    onProgress(event) {
      if (event.kind === 'matching' && performance.now() - saidAt > 10_000) {
        saidAt = performance.now();
        say(`${event.completed} of ${event.total} rows matched, ${event.secondsLeft.toFixed(0)} s left`);
      }
      if (event.kind !== 'epoch') return;
      took = clock.lap();
      say('epoch finished');
      if (parts || clock.isEnough()) stop.abort();
    },
  });
  if (!parts) return clock.measured();
  return { ...sumOfParts(isWhole ? parts.earlier : [...parts.earlier, partNow()]), runs: 1 };
}
