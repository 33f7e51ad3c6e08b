import type { NearestExemplar } from '@sdmjs/estimator';
import { formatTable } from './table.js';

const GOOD = '●';
const BREAK = '✗';
const BEYOND = '·';

/** The nearest exemplars from near to far as one line of marks; the first that is not good ends the run, whose length is q. */
export function depthStrip(exemplars: readonly NearestExemplar[]): string {
  const breakAt = exemplars.findIndex(({ isGood }) => !isGood);
  return exemplars.map((_, i) => markAt(i, breakAt)).join('');
}

/** The exemplars one by one, with their texts; the row that breaks the run is marked. */
export function exemplarTable(
  exemplars: readonly NearestExemplar[],
  { classNames, shown }: { readonly classNames: readonly string[]; readonly shown: number },
): string {
  const breakAt = exemplars.findIndex(({ isGood }) => !isGood);
  const nameOf = (label: number) => classNames[label] ?? String(label);
  const rows = exemplars
    .map((exemplar, i) => ({ exemplar, i }))
    .filter(({ i }) => i < shown || i === breakAt)
    .map(({ exemplar, i }) => [
      `${markAt(i, breakAt)} ${i + 1}`,
      exemplar.squaredDistance.toFixed(4),
      nameOf(exemplar.label),
      nameOf(exemplar.prediction),
      exemplar.id,
      shorten(exemplar.document),
    ]);
  return formatTable(['  rank', 'distance²', 'label', 'predicted', 'id', 'text'], rows, ['id', 'text']);
}

function markAt(index: number, breakAt: number): string {
  if (index === breakAt) return BREAK;
  return breakAt < 0 || index < breakAt ? GOOD : BEYOND;
}

/** A text on one line, of at most 60 characters. */
export function shorten(text: string | undefined): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : line;
}
