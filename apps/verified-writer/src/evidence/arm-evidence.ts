import type { RunFolder } from '@sdmjs-tooling/app-kit';
import type { FineTuned } from '@sdmjs/language-model';
import type { Timings } from '../run-context.js';
import { FINE_TUNING_FILE } from '../stages/fine-tune.js';
import type { LayerFit } from './fit-layers.js';

/** What one arm with one seed contributes to the comparison of arms. */
export interface ArmEvidence extends Timings {
  readonly preset: string;
  readonly seed: number;
  readonly arm: string;
  /** Null where the decoder was not fine-tuned. */
  readonly fineTuning: Pick<FineTuned, 'bestStep' | 'bestLoss' | 'evaluations'> | null;
  readonly fits: readonly LayerFit[];
}

export const EVIDENCE_FILE = 'evidence.json';

export function fineTuningOf(folder: RunFolder): ArmEvidence['fineTuning'] {
  return folder.has(FINE_TUNING_FILE) ? (folder.readJson(FINE_TUNING_FILE) as ArmEvidence['fineTuning']) : null;
}
