import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { foreseeModel, type Rows } from '@sdmjs/interchange';
import type { RunSizes } from '../plan/plan-run.js';
import { megabytes } from '../tables/table.js';
import type { Host } from '../terminal/host.js';
import type { TrainOptions } from './train-options.js';

interface RoomFor {
  readonly options: Pick<TrainOptions, 'output' | 'checkpoint' | 'doNotShuffleData' | 'alphaResolution'>;
  readonly sizes: RunSizes;
  readonly training: Pick<Rows, 'ids' | 'documents'>;
  readonly calibration: Pick<Rows, 'ids' | 'documents'>;
  /** The state in the checkpoint stands there already. */
  readonly isResumed: boolean;
}

/**
 * Finds out before the first epoch that a disk has clearly too little room for the model and the state of its run, whose least sizes are known.
 * Says nothing where the system does not. Throws `not-writable`.
 */
export async function requireRoom(run: RoomFor, host: Pick<Host, 'freeBytes'>): Promise<void> {
  const { output, checkpoint } = run.options;
  const needs = [{ folder: dirname(resolve(output)), what: 'the model', bytes: leastOfModel(run) }];
  if (checkpoint !== undefined && !run.isResumed) {
    const folder = dirname(resolve(checkpoint));
    const bytes = leastOfState(run.sizes);
    if (statSync(folder).dev === statSync(needs[0]!.folder).dev) {
      needs[0]!.what = 'the model and the checkpoint';
      needs[0]!.bytes += bytes;
    } else needs.push({ folder, what: 'the checkpoint', bytes });
  }
  for (const { folder, what, bytes } of needs) {
    const free = await host.freeBytes(folder);
    if (free === undefined || free >= bytes) continue;
    throw new SdmError(
      'not-writable',
      `${folder} has room for ${megabytes(free)}, and ${what} will take ${megabytes(bytes)} or more; make room there, or choose another path`,
    );
  }
}

function leastOfModel({ options, sizes, training, calibration }: RoomFor): number {
  const { trainingRows, calibrationRows, classCount } = sizes;
  const texts = bytesOf(training);
  const isShuffled = options.doNotShuffleData !== true;
  return foreseeModel({
    ...sizes,
    supportCount: isShuffled ? Math.floor((trainingRows + calibrationRows) / 2) : trainingRows,
    calibrationCount: 0,
    classNames: Array.from({ length: classCount }, () => ''),
    alphaResolution: options.alphaResolution,
    supportIdBytes: 0,
    calibrationIdBytes: 0,
    documentBytes: isShuffled ? LEAST_SHARE * (texts + bytesOf(calibration)) : texts,
  }).leastBytes;
}

/** Half of the texts come into the support; some tenth less where long ones fall into the other half. */
const LEAST_SHARE = 0.45;

/** As UTF-8, which takes no more than JSON does. */
function bytesOf({ ids, documents }: Pick<Rows, 'ids' | 'documents'>): number {
  return ids.reduce((sum, id, row) => sum + Buffer.byteLength(id) + Buffer.byteLength(documents[row] ?? ''), 0);
}

/** The weights, and the two moments of each that the optimiser keeps. */
function leastOfState({ featureCount, representationSize, classCount }: RunSizes): number {
  return 3 * 4 * (representationSize * (featureCount + 1) + classCount * (representationSize + 1));
}
