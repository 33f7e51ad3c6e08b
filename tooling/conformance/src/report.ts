import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agrees, type Comparison } from './tally.js';

/** Writes `conformance.json` and `conformance.md` into `folder` and gives the text of the latter. */
export async function writeReport(
  folder: string,
  comparisons: readonly Comparison[],
  versions: Readonly<Record<string, string>>,
): Promise<string> {
  const text = describe(comparisons, versions);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'conformance.json'), `${JSON.stringify({ versions, comparisons }, null, 2)}\n`);
  await writeFile(join(folder, 'conformance.md'), text);
  return text;
}

function describe(comparisons: readonly Comparison[], versions: Readonly<Record<string, string>>): string {
  const rows = comparisons.map((comparison) => [
    comparison.what,
    comparison.reference,
    `${comparison.exactCount - comparison.mismatchCount} of ${comparison.exactCount}`,
    `${comparison.realCount - comparison.beyondCount} of ${comparison.realCount}`,
    String(comparison.boundaryCount),
    comparison.tolerance === 0 ? 'equal' : String(comparison.tolerance),
    spell(comparison.largestDifference),
    spell(comparison.largestRelativeDifference),
    agrees(comparison) ? 'yes' : '**no**',
  ]);
  const header = [
    'compared',
    'with',
    'equal where it must be',
    'reals that agree',
    'rows at a boundary',
    'tolerance',
    'largest difference',
    'largest relative',
    'agrees',
  ];
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const disagreements = comparisons.flatMap(({ what, examples }) => examples.map((example) => `- ${what}: ${example}`));
  return `# Conformance with the Python SDK

Made by \`pnpm conformance\` (tooling/conformance), with ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}. Raw numbers: conformance.json.

A real agrees when it lies within tolerance · max(1, |reference|), a squared distance within tolerance · (|query|² + |row|²), of which it is the rest
after cancellation; relative differences are measured so too. Integers, regions, ids and orders must be equal. Rows: the 30 rows of the training case
and 200 random ones, 20 of them far away, each scored plainly and with one support row left out.

A row is at a boundary when d or a sample size differs and the number that is counted (its nearest distance, its q') equals an entry of the
distribution within the tolerance, so that the last bit decides whether the entry counts. That happens by construction to the calibration rows, whose
own values are in the distributions, and to rows with d = 0, whose q' is the same power as that of calibration rows with d = 0 (NumPy's vectorised
float32 power is a bit off the correctly rounded one, by machine). What follows from that count is not compared there; everything before it is.

${lines.join('\n')}

${disagreements.length === 0 ? 'No disagreement.' : `First disagreements:\n\n${disagreements.join('\n')}`}
`;
}

function spell(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}
