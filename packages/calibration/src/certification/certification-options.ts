import { SdmError } from '@sdmjs/core';
import { requireCorrection, type RungCorrection } from './corrections.js';

export interface CertificationOptions {
  /** 1 − δ, in (0.5, 1). @default 0.95 */
  readonly confidence?: number | undefined;
  /** @default 'fixedSequence' */
  readonly correction?: RungCorrection | undefined;
  /**
   * What a group means in which nobody was admitted. `block`: the rung is not certified. `unclaimed`: the certificate makes no claim
   * about that group and lists it. @default 'block'
   */
  readonly emptyGroups?: 'block' | 'unclaimed' | undefined;
}

/** The options with their defaults, checked together with the ladder they are for; for callers that want to know before they score. Throws `out-of-range`. */
export function completeCertificationOptions(options: CertificationOptions, targetAccuracies: readonly number[]) {
  const { confidence = 0.95, correction = 'fixedSequence', emptyGroups = 'block' } = options;
  if (!(confidence > 0.5 && confidence < 1)) {
    throw new SdmError('out-of-range', `confidence: wanted a number between 0.5 and 1, got ${confidence}`);
  }
  requireCorrection(correction);
  if (emptyGroups !== 'block' && emptyGroups !== 'unclaimed') {
    throw new SdmError('out-of-range', `emptyGroups: wanted 'block' or 'unclaimed', got ${emptyGroups}`);
  }
  if (!areTargetAccuracies(targetAccuracies) || new Set(targetAccuracies).size !== targetAccuracies.length) {
    throw new SdmError(
      'out-of-range',
      `targetAccuracies: wanted distinct numbers between 0 and 1, got ${[...targetAccuracies].join(', ')}`,
    );
  }
  return { confidence, correction, emptyGroups };
}

/** Whether all are numbers between 0 and 1, without holes among them. */
export function areTargetAccuracies(targets: readonly number[]): boolean {
  return [...targets].every((target) => target > 0 && target < 1); // `every` would skip holes
}
