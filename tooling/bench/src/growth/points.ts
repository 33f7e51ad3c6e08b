/** One thing to measure, in a process of its own. */
export interface Point {
  /** Names it in the results: what, along which size, at which value. */
  readonly key: string;
  readonly series: string;
  readonly sizes: Sizes;
  /** Measured only when `--only` names it, and in parts where it is broken off: it takes an hour. */
  readonly isLong?: boolean;
}

export interface Sizes {
  /** An epoch with q and d of both splits refreshed, or `BATCH_ROWS` rows scored. */
  readonly what: 'epoch' | 'score';
  /** N, the support rows. */
  readonly rows: number;
  readonly calibrationRows: number;
  /** D */
  readonly features: number;
  /** M */
  readonly representation: number;
  /** C */
  readonly classes: number;
  /** Of the kernels. @default 1 */
  readonly threads?: number;
}

/** One size that grows while the others stay. */
export interface Series {
  readonly name: string;
  readonly title: string;
  readonly along: 'rows' | 'features' | 'representation' | 'classes';
  readonly base: Sizes;
  readonly values: readonly number[];
  readonly isLong?: boolean;
}

export const BATCH_ROWS = 1024;

/** The sizes that grow, as the papers call them. */
export const SYMBOLS = { rows: 'N', features: 'D', representation: 'M', classes: 'C' } as const;

const epoch: Sizes = {
  what: 'epoch',
  rows: 10_000,
  calibrationRows: 1000,
  features: 256,
  representation: 64,
  classes: 2,
};
const score: Sizes = { ...epoch, what: 'score' };
const million: Sizes = { ...epoch, calibrationRows: 10_000 };
const narrow: Sizes = { ...epoch, features: 64, representation: 16 };

export const FULL: readonly Series[] = [
  along('rows', 'epoch-rows', epoch, [1000, 3000, 10_000, 30_000, 100_000]),
  along('rows', 'epoch-rows-narrow', narrow, [10_000, 30_000, 100_000, 300_000]),
  along('representation', 'epoch-representation', epoch, [16, 64, 256, 1000]),
  along('features', 'epoch-features', epoch, [64, 256, 1024, 4096]),
  // Of these, rows of fewer features than representation are compared in the dimensions of their features.
  along('features', 'epoch-features-wide', { ...epoch, representation: 1000 }, [64, 256, 512, 1024]),
  along('classes', 'epoch-classes', epoch, [2, 8, 32, 128]),
  along('rows', 'score-rows', score, [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000]),
  along('representation', 'score-representation', score, [16, 64, 256, 1000]),
  along('classes', 'score-classes', score, [2, 8, 32, 128]),
  { ...along('rows', 'epoch-million', million, [1_000_000]), isLong: true },
  { ...along('rows', 'million-by-two', { ...million, threads: 2 }, [1_000_000]), isLong: true },
];

/** The same roads in seconds, to show that they are passable. */
export const SHORT: readonly Series[] = [
  along('rows', 'epoch-rows', { ...epoch, calibrationRows: 100, features: 16, representation: 8 }, [200, 400, 800]),
  along('classes', 'score-classes', { ...score, rows: 500, features: 16, representation: 8 }, [2, 4]),
];

/** The points of all series, in order. */
export function pointsOf(series: readonly Series[]): Point[] {
  return series.flatMap(({ name, along: size, base, values, isLong = false }) =>
    values.map((value) => ({ key: `${name}-${value}`, series: name, sizes: { ...base, [size]: value }, isLong })),
  );
}

function along(size: Series['along'], name: string, base: Sizes, values: readonly number[]): Series {
  const others = Object.entries(SYMBOLS).filter(([other]) => other !== size);
  const fixed = others.map(([other, symbol]) => `${symbol} ${base[other as Series['along']].toLocaleString('en')}`);
  const what = base.what === 'epoch' ? 'One epoch' : `Scoring ${BATCH_ROWS.toLocaleString('en')} rows`;
  if (base.threads) fixed.push(`${base.threads} threads`);
  return { name, title: `${what} against ${SYMBOLS[size]} (${fixed.join(', ')})`, along: size, base, values };
}
