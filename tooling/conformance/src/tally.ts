/** One line of the report: what was compared with which reference, and how far the two lie apart at most. */
export interface Comparison {
  readonly what: string;
  readonly reference: string;
  /** Values that must be equal (integers, strings, thresholds), and how many were not. */
  readonly exactCount: number;
  readonly mismatchCount: number;
  /** Reals, and how many lie farther apart than `tolerance · max(1, scale)`. */
  readonly realCount: number;
  readonly beyondCount: number;
  /** Rows where a count hangs on two values that are equal within rounding, so that what follows from it is not compared. */
  readonly boundaryCount: number;
  readonly tolerance: number;
  readonly largestDifference: number;
  readonly largestRelativeDifference: number;
  /** The first few values that do not agree. */
  readonly examples: readonly string[];
}

/** Two values to compare. The scale of a real is the size of the numbers it is made of; without it, the wanted number itself. */
export interface Pair<Value> {
  readonly got: Value;
  readonly wanted: Value;
  readonly scale?: number;
}

/** Collects the differences of one comparison. */
export interface Tally {
  exact(name: string, pair: Pair<unknown>): void;
  real(name: string, pair: Pair<number>): void;
  reals(name: string, pair: Pair<ArrayLike<number>>): void;
  boundary(): void;
  finish(): Comparison;
}

const EXAMPLES_KEPT = 5;

export function createTally(what: string, options: { readonly reference: string; readonly tolerance: number }): Tally {
  const { reference, tolerance } = options;
  let [exactCount, mismatchCount, realCount, beyondCount] = [0, 0, 0, 0];
  let [boundaryCount, largestDifference, largestRelativeDifference] = [0, 0, 0];
  const examples: string[] = [];

  function complain(name: string, { got, wanted }: Pair<unknown>): void {
    if (examples.length < EXAMPLES_KEPT) examples.push(`${name}: ${String(got)} instead of ${String(wanted)}`);
  }

  function exact(name: string, pair: Pair<unknown>): void {
    exactCount++;
    if (Object.is(pair.got, pair.wanted)) return;
    mismatchCount++;
    complain(name, pair);
  }

  function real(name: string, pair: Pair<number>): void {
    const { got, wanted, scale = Math.abs(wanted) } = pair;
    realCount++;
    const difference = Math.abs(got - wanted);
    const relative = difference / Math.max(1, scale);
    largestDifference = Math.max(largestDifference, difference);
    largestRelativeDifference = Math.max(largestRelativeDifference, relative);
    if (relative <= tolerance) return;
    beyondCount++;
    complain(name, pair);
  }

  function reals(name: string, { got, wanted, ...scale }: Pair<ArrayLike<number>>): void {
    exact(`${name}, how many`, { got: got.length, wanted: wanted.length });
    for (let i = 0; i < Math.min(got.length, wanted.length); i++) {
      real(`${name}[${i}]`, { got: got[i]!, wanted: wanted[i]!, ...scale });
    }
  }

  function finish(): Comparison {
    const counts = { exactCount, mismatchCount, realCount, beyondCount, boundaryCount };
    return { what, reference, ...counts, tolerance, largestDifference, largestRelativeDifference, examples };
  }

  return { exact, real, reals, boundary: () => void boundaryCount++, finish };
}

/** Whether everything agreed. */
export function agrees({ mismatchCount, beyondCount }: Comparison): boolean {
  return mismatchCount === 0 && beyondCount === 0;
}
