import { printable } from '@sdmjs/core';

/** Rows of text under headings: the first column and those named `texts` to the left, numbers to the right. */
export function formatTable(
  headings: readonly string[],
  given: readonly (readonly string[])[],
  texts: readonly string[] = [],
): string {
  const [head = [], ...rows] = [headings, ...given].map((cells) => cells.map(printable));
  const widths = head.map((heading, i) => Math.max(heading.length, ...rows.map((row) => (row[i] ?? '').length)));
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 || texts.includes(headings[i]!) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ');
  return [head, ...rows].map((cells) => lineOf(cells).trimEnd()).join('\n');
}

/** `0.953`, or a dash for nothing. */
export function share(value: number | null | undefined, decimals = 3): string {
  return value === null || value === undefined ? '–' : value.toFixed(decimals);
}

/** `0.953 [0.941, 0.964]` */
export function withInterval(interval: { estimate: number; lower: number; upper: number } | null): string {
  return interval === null ? '–' : `${share(interval.estimate)} [${share(interval.lower)}, ${share(interval.upper)}]`;
}

/** A target accuracy without digits that say nothing. */
export function alphaText(alpha: number): string {
  return String(Number(alpha.toFixed(10)));
}

/** `12.3 MB`, or `1.2 GB` */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
