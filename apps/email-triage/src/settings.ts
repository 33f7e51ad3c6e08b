import type { MailCount } from './mails/deal-sets.js';

/** What decides all that a run makes. */
export interface RunSettings {
  readonly mails: MailCount;
  readonly seed: number;
}

/** Mails in D_tr and in D_ca: with the other sets, minutes of encoding on two cores. */
export const DEFAULT_MAIL_COUNT = 700;
/** More would leave the test set short of spam; `--full` takes all. */
export const LARGEST_MAIL_COUNT = 2000;
/** Fewer leave no mail of a class for every set. */
export const SMALLEST_MAIL_COUNT = 32;

/** The SDM layer; each round starts from other weights, the best on D_ca is kept. */
export const LAYER = { representationSize: 256, epochs: 30, batchSize: 50, learningRate: 1e-3, rounds: 3 } as const;

/** The step of the ladder of target accuracies. */
export const ALPHA_RESOLUTION = 0.05;
