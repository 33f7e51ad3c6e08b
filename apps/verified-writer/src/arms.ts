import { SdmError } from '@sdmjs/core';
import type { FineTuneLoss } from '@sdmjs/language-model';

/** One way to make a verified writer of the pretrained decoder. */
export interface Arm {
  readonly name: string;
  readonly title: string;
  /** How the decoder is fine-tuned; absent: not at all. `mean-base` takes the mean base of the arm `sdm-hard` of the same seed. */
  readonly fineTuning?: { readonly loss: FineTuneLoss | 'mean-base'; readonly hardNegatives: boolean };
  /** Whether an SDM network is trained on top of the fine-tuned decoder of the arm `cross-entropy`. */
  readonly isNetwork?: boolean;
}

/** What is compared: the rows of arXiv 2510.26183, and the SDM network of arXiv 2502.20167. */
const PAPER_ARMS: readonly Arm[] = [
  { name: 'untuned', title: 'pretrained only' },
  {
    name: 'cross-entropy',
    title: 'cross-entropy, static negatives',
    fineTuning: { loss: 'cross-entropy', hardNegatives: false },
  },
  {
    name: 'cross-entropy-hard',
    title: 'cross-entropy, hard negatives',
    fineTuning: { loss: 'cross-entropy', hardNegatives: true },
  },
  { name: 'sdm', title: 'SDM, static negatives', fineTuning: { loss: 'sdm', hardNegatives: false } },
  { name: 'sdm-hard', title: 'SDM, hard negatives', fineTuning: { loss: 'sdm', hardNegatives: true } },
  { name: 'sdm-network', title: 'SDM network', isNetwork: true },
];

/** What tells whether the verdicts matter or only the temperature that they set. */
const CONTROL_ARMS: readonly Arm[] = [
  {
    name: 'base-2-hard',
    title: 'base 2, hard negatives',
    fineTuning: { loss: { constantBase: 2 }, hardNegatives: true },
  },
  {
    name: 'base-mean-hard',
    title: 'mean base, hard negatives',
    fineTuning: { loss: 'mean-base', hardNegatives: true },
  },
  {
    name: 'base-3-hard',
    title: 'base 3, hard negatives',
    fineTuning: { loss: { constantBase: 3 }, hardNegatives: true },
  },
  {
    name: 'permuted-hard',
    title: 'permuted bases, hard negatives',
    fineTuning: { loss: 'permuted', hardNegatives: true },
  },
  {
    name: 'verdict-token-hard',
    title: 'SDM loss of the verdict token, hard negatives',
    fineTuning: { loss: 'verdict-token', hardNegatives: true },
  },
];

const ARMS = [...PAPER_ARMS, ...CONTROL_ARMS];
const GROUPS: Readonly<Record<string, readonly Arm[]>> = { paper: PAPER_ARMS, controls: CONTROL_ARMS, all: ARMS };

/** Names of arms and groups, as the command line takes them. */
export const ARM_NAMES: readonly string[] = [...ARMS.map(({ name }) => name), ...Object.keys(GROUPS)];

/** The arms that a comma-separated list of names and groups means, each once, in the order in which they can be run. Throws `out-of-range`. */
export function armsNamed(list: string): Arm[] {
  const wanted = new Set(
    list.split(',').flatMap((part) => {
      const name = part.trim();
      const found = GROUPS[name] ?? ARMS.filter((arm) => arm.name === name);
      if (found.length > 0) return found;
      throw new SdmError('out-of-range', `armsNamed: wanted ${ARM_NAMES.join(', ')}, got "${name}"`);
    }),
  );
  return ARMS.filter((arm) => wanted.has(arm));
}
