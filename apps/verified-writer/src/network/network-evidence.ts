import type { NetworkEpochReport } from '@sdmjs/language-model';
import type { LayerFit } from '../evidence/fit-layers.js';
import type { Timings } from '../run-context.js';

/** One verification layer with its network. */
export interface NetworkFit extends Pick<LayerFit, 'features' | 'fit' | 'targetAccuracy' | 'region' | 'served'> {
  /** 0 where no epoch had more calibration answers that are right and admitted than before training. */
  readonly bestEpoch: number;
  readonly history: readonly NetworkEpochReport[];
  /** Verdicts on force-decoded right and wrong answers. */
  readonly forced: LayerFit['sets'];
  /** Verdicts on what was generated before and after training. */
  readonly before: LayerFit['sets'];
  readonly after: LayerFit['sets'];
}

/** What the networks of one seed contribute to the comparison. */
export interface NetworkEvidence extends Timings {
  readonly preset: string;
  readonly seed: number;
  readonly arm: string;
  readonly networks: readonly NetworkFit[];
}
