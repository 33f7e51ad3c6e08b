import { fitExponent } from './fit.js';
import { pointsOf, type Series, SYMBOLS } from './points.js';
import type { Result } from './results.js';

/** A Markdown table of every series that has results, with exponents fitted over all of its points and over the last three. */
export function reportOf(series: readonly Series[], results: Readonly<Record<string, Result>>): string {
  return series.flatMap((one) => tableOf(one, results)).join('\n');
}

/** Points of a second fit, which the fixed costs of small sizes do not bend. */
const UPPER = 3;

function tableOf(series: Series, results: Readonly<Record<string, Result>>): string[] {
  const found = pointsOf([series]).flatMap(({ key, sizes }) => {
    const result = results[key];
    return result ? [{ x: sizes[series.along], result }] : [];
  });
  if (found.length === 0) return [];
  const rows = found.map(({ x, result }) => [
    x.toLocaleString('en'),
    digits(result.processor),
    digits(result.wall),
    megabytes(result.peakBytes),
    megabytes(result.peakBytes - result.nodeBytes),
  ]);
  const exponents = (points: typeof found) => {
    const fitted = (of: (result: Result) => number) =>
      fitExponent(points.map(({ x, result }) => ({ x, y: of(result) })))?.toFixed(2) ?? '–';
    return [
      `exponent from ${points[0]!.x.toLocaleString('en')} on`,
      fitted(({ processor }) => processor),
      fitted(({ wall }) => wall),
      '',
      fitted(({ peakBytes, nodeBytes }) => peakBytes - nodeBytes),
    ];
  };
  const fits = [found, found.slice(-UPPER)].slice(0, Math.max(0, found.length - 1));
  const head = [SYMBOLS[series.along], 'processor s', 'wall s', 'peak MB', 'beside Node, MB'];
  const lines = [head, head.map(() => '---'), ...rows, ...fits.map(exponents)];
  const notes = found.flatMap(({ x, result: { parts = 1 } }) =>
    parts === 1 ? [] : [`${SYMBOLS[series.along]} ${x.toLocaleString('en')} was measured in ${parts} parts.`, ''],
  );
  return [`**${series.title}**`, '', ...lines.map((cells) => `| ${cells.join(' | ')} |`), '', ...notes];
}

function digits(seconds: number): string {
  return seconds >= 100 ? seconds.toFixed(0) : seconds.toPrecision(3);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
