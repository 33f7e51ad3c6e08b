import type { NearestExemplar } from '@sdmjs/estimator';
import { formatTable } from './table.js';

const GOOD = '●';
const BREAK = '✗';
const BEYOND = '·';

/** The good exemplars from the nearest on, as many as q; the one after them ends the run, unless the run ends without one (`isBroken` false). */
export interface ExemplarRun {
  readonly similarity: number;
  readonly isBroken: boolean;
}

/** Marks on one line: strips up to this length are whole. */
const LONGEST = 60;
/** Of a longer run: marks at its beginning, at its end, and after it. */
const [HEAD, TAIL, AFTER] = [20, 10, 5];

/** The nearest exemplars from near to far as one line of marks; the one that ends the run is always there. */
export function depthStrip(count: number, run: ExemplarRun): string {
  const marks = (start: number, end: number) =>
    Array.from({ length: Math.min(end, count) - start }, (_, i) => markAt(start + i, run)).join('');
  const rest = (end: number) => (end < count ? `…(${count - end} more)` : '');
  const runEnd = run.similarity + (run.isBroken ? 1 : 0);
  if (count <= LONGEST || runEnd <= LONGEST) return `${marks(0, LONGEST)}${rest(LONGEST)}`;
  const [tail, end] = [runEnd - TAIL, runEnd + AFTER];
  return `${marks(0, HEAD)}…(${tail - HEAD} more)…${marks(tail, end)}${rest(end)}`;
}

/** The exemplars one by one, with their texts; the one that ends the run is marked, and is there beyond `shown`. */
export function exemplarTable(
  exemplars: readonly NearestExemplar[],
  { classNames, shown, run }: { classNames: readonly string[]; shown: number; run: ExemplarRun },
): string {
  const nameOf = (label: number) => classNames[label] ?? String(label);
  const rows = exemplars
    .map((exemplar, i) => ({ exemplar, i, mark: markAt(i, run) }))
    .filter(({ i, mark }) => i < shown || mark === BREAK)
    .map(({ exemplar, i, mark }) => [
      `${mark} ${i + 1}`,
      exemplar.squaredDistance.toFixed(4),
      nameOf(exemplar.label),
      nameOf(exemplar.prediction),
      exemplar.id,
      shorten(exemplar.document),
    ]);
  return formatTable(['  rank', 'distance²', 'label', 'predicted', 'id', 'text'], rows, ['id', 'text']);
}

function markAt(index: number, { similarity, isBroken }: ExemplarRun): string {
  if (index < similarity) return GOOD;
  return isBroken && index === similarity ? BREAK : BEYOND;
}

/** A text on one line, of at most 60 characters. */
export function shorten(text: string | undefined): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : line;
}
