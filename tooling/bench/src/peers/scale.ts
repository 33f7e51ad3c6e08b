/** What is measured, on both sides. */
export const WORKS = ['scoring', 'document', 'epoch', 'ladder-model', 'ladder-fine', 'ladder-long', 'rows'] as const;

export type WorkName = (typeof WORKS)[number];

/** Ladders: on the calibration rows of the model that is scored, and on drawn rows. */
export type LadderName = Extract<WorkName, `ladder-${string}`>;

/** Sizes of everything that is measured. Two classes throughout. */
export interface Scale extends Readonly<Record<LadderName, LadderScale>> {
  /** Raised when `prepareData` comes to draw other numbers, so that nothing measured on the old ones is kept. */
  readonly recipe: number;
  /** Rows of the training split, which become the support, and of the calibration split. */
  readonly rows: number;
  readonly features: number;
  readonly representation: number;
  /** Rows scored in one call. */
  readonly queries: number;
  /** Rows scored one by one. */
  readonly documents: number;
  /** Rows of the file of JSON Lines. */
  readonly jsonRows: number;
  /** How often each work is measured; more than five times where it takes less than ten seconds. */
  readonly turns: Readonly<Record<WorkName, number>>;
}

export interface LadderScale {
  readonly rows: number;
  readonly resolution: number;
}

/** The sizes of the table in docs/performance.md. */
export const FULL: Scale = {
  recipe: 2,
  rows: 10_000,
  features: 1024,
  representation: 1000,
  queries: 5120,
  documents: 200,
  'ladder-model': { rows: 10_000, resolution: 0.005 },
  'ladder-fine': { rows: 10_000, resolution: 0.005 },
  'ladder-long': { rows: 50_000, resolution: 0.05 },
  jsonRows: 20_000,
  turns: { scoring: 7, document: 7, epoch: 3, 'ladder-model': 5, 'ladder-fine': 3, 'ladder-long': 5, rows: 3 },
};

/** Seconds instead of minutes: shows that everything runs and agrees, and says nothing about speed. */
export const SMALL: Scale = {
  recipe: 2,
  rows: 500,
  features: 64,
  representation: 50,
  queries: 200,
  documents: 20,
  'ladder-model': { rows: 500, resolution: 0.005 },
  'ladder-fine': { rows: 500, resolution: 0.005 },
  'ladder-long': { rows: 2000, resolution: 0.05 },
  jsonRows: 200,
  turns: { scoring: 1, document: 1, epoch: 1, 'ladder-model': 1, 'ladder-fine': 1, 'ladder-long': 1, rows: 1 },
};

/** Of both sides, 100 times the default: at that, two epochs leave q near 1, where our matching has little to do. */
export const LEARNING_RATE = 1e-3;

/** One measurement, as both sides get it. */
export interface Job {
  readonly work: WorkName;
  /** Where `prepareData` put the data. */
  readonly folder: string;
  readonly scale: Scale;
  /** Rows scored before the clock starts: in one call (`scoring`) or one by one (`document`). */
  readonly warmUp: number;
  readonly learningRate: number;
  /** Threads of our kernels. The other side takes its number from its environment. */
  readonly threads: number;
}

/** What a side says about one measurement. */
export interface Reading {
  /** Of the work: of all rows (`scoring`), the median document, the second epoch, one ladder, one file. */
  readonly seconds: number;
  /** The document that 95 % are not slower than. */
  readonly slowSeconds?: number;
  /** Of all threads, over everything that was timed. */
  readonly processorSeconds: number;
  /** Resident memory before the work, and the most that the process ever held. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly outcome: Outcome;
  /** What our side says about the data: how hard matching had it. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** What came out, by name, in an order that both sides share; `agreement.ts` says what must be alike. */
export type Outcome = Readonly<Record<string, readonly (number | string)[]>>;
