import { SdmError } from '@sdmjs/core';
import type { AnswerSettings } from './generate-answers.js';

/** Throws `fingerprint-mismatch` or `shape-mismatch`, and says what to do, where the estimator was trained on other features than it will get. */
export function requireOwnEstimator({ decoder, estimator, feature, fingerprint }: AnswerSettings, where: string): void {
  const { representation, adaptor } = estimator.model;
  const remedy = `train a new one with trainModel on hiddenFeatures of this decoder and "${feature.name}", then calibrate it`;
  if (fingerprint !== undefined && representation.fingerprint !== fingerprint) {
    throw new SdmError(
      'fingerprint-mismatch',
      `${where}: the estimator was trained on features "${representation.fingerprint}", these are "${fingerprint}"; ${remedy}`,
    );
  }
  const wanted = 2 * decoder.config.width;
  const { columns } = adaptor.projectionWeight;
  if (columns === wanted) return;
  throw new SdmError(
    'shape-mismatch',
    `${where}: the estimator takes ${columns} features, this decoder gives ${wanted}; ${remedy}`,
  );
}
