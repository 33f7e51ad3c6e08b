import type { Outcome, WorkName } from './scale.js';

/** How many values of one kind came out alike on both sides. */
export interface Agreement {
  readonly what: string;
  readonly alike: number;
  readonly of: number;
}

interface Rule {
  /** Apart at most, relative to the larger of 1 and the SDK's value. @default 0, equal */
  readonly within?: number;
  /** Share of the values that must be alike. */
  readonly share: number;
}

/**
 * Ladders and matrices are equal bit for bit. In matching, distances that are one number within rounding come in either order:
 * then a run that q counts ends a row earlier or later, and d is the next entry of its distribution. Training carries that on into the weights.
 */
const RULES: Readonly<Record<string, Rule>> = {
  matrix: { share: 1 },
  labels: { share: 1 },
  ids: { share: 1 },
  regions: { share: 1 },
  'best epoch': { share: 1 },
  predictions: { share: 0.999 },
  'nearest rows': { share: 0.98 },
  'assigned regions': { share: 0.98 },
  'assigned lower regions': { share: 0.98 },
  'q, exactly': { share: 0.8 },
  'q, within 1 %': { within: 0.01, share: 0.98 },
  d: { within: 1e-3, share: 0.98 },
  probabilities: { within: 1e-3, share: 0.98 },
  history: { within: 1e-3, share: 1 },
  thresholds: { within: 5e-3, share: 1 },
};

/** Compares what came out on both sides. Throws when it is not the same work that was timed. */
export function requireAgreement(work: WorkName, { ours, theirs }: Record<'ours' | 'theirs', Outcome>): Agreement[] {
  const found = Object.keys({ ...theirs, ...ours }).map((what) => {
    const [our, their] = [ours[what] ?? [], theirs[what] ?? []];
    const { within = 0 } = ruleOf(what);
    const alike = their.filter((value, i) => i < our.length && isAlike(our[i]!, value, within)).length;
    return { what, alike, of: Math.max(our.length, their.length) };
  });
  const bad = found.filter(({ what, alike, of }) => alike < of * ruleOf(what).share);
  if (bad.length === 0) return found;
  const list = bad.map(({ what, alike, of }) => `${what}: ${alike} of ${of}`).join(', ');
  throw new Error(`${work}: the two sides did not compute the same, so their times say nothing; alike are ${list}`);
}

function ruleOf(what: string): Rule {
  const rule = RULES[what];
  if (!rule) throw new Error(`agreement: there is no rule for ${what}`);
  return rule;
}

function isAlike(ours: number | string, theirs: number | string, within: number): boolean {
  if (typeof ours === 'string' || typeof theirs === 'string' || within === 0) return ours === theirs;
  return Math.abs(ours - theirs) <= within * Math.max(1, Math.abs(theirs));
}
