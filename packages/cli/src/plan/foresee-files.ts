import { type ForeseenModel, foreseeModel } from '@sdmjs/interchange';
import type { RunSizes } from './plan-run.js';

/** An id of ten characters in its quotes. */
const ID_BYTES = 12;

/** What is known of the model's files, with short ids, without texts and with the default ladder. */
export function foreseeFiles(sizes: RunSizes): ForeseenModel {
  const { trainingRows, calibrationRows, classCount } = sizes;
  return foreseeModel({
    ...sizes,
    supportCount: trainingRows,
    calibrationCount: calibrationRows,
    classNames: Array.from({ length: classCount }, (_, c) => `Class${c}`),
    alphaResolution: 0.05,
    supportIdBytes: ID_BYTES * trainingRows,
    calibrationIdBytes: ID_BYTES * calibrationRows,
    documentBytes: 0,
  });
}
