/** Milliseconds of repeated runs, warm-up left out. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly repeats: number;
}

/** Runs `work` and takes the time of each run after the warm-ups. `work` must wait until its numbers are there. */
export async function timed(
  work: () => Promise<unknown>,
  { warmUps = 1, repeats }: { readonly warmUps?: number; readonly repeats: number },
): Promise<Spread> {
  for (let run = 0; run < warmUps; run++) await work();
  const times: number[] = [];
  for (let run = 0; run < repeats; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return spreadOf(times);
}

/** @param times not empty */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, lowest: sorted[0]!, highest: sorted.at(-1)!, repeats: sorted.length };
}
