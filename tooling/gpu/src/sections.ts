import { activation } from './activation.js';
import type { Section } from './bench.js';
import { decoderChecks, decoderTraining } from './decoder-training.js';
import { fineTuning } from './fine-tuning.js';
import { generation } from './generation.js';
import { matching } from './matching.js';
import { platform } from './platform.js';
import { training } from './training.js';

/** All parts of a run, by the names that `--only` takes. */
export const SECTIONS: Readonly<Record<string, { readonly title: string; readonly run: Section }>> = {
  platform: { title: 'The device without our packages', run: platform },
  activation: { title: 'SDM activation', run: activation },
  matching: { title: 'Matching', run: matching },
  training: { title: 'Training an SDM layer', run: training },
  decoder: { title: 'Training the language model', run: decoderTraining },
  'decoder-checks': { title: 'The same with larger decoders: what they compute', run: decoderChecks },
  generation: { title: 'Generation and hidden states', run: generation },
  'fine-tuning': { title: 'Fine-tuning with verdicts', run: fineTuning },
};
