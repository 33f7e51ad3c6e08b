import type { BinomialInterval } from '@sdmjs/calibration';
import { REPORTED_SETS, SET_TITLES } from '../corpus/build-corpus.js';
import type { ReportedSet } from '../stages/verify-set.js';
import type { Measurement } from './measure-rules.js';
import { markdownTable } from '@sdmjs-tooling/app-kit';
import { formatAlpha } from './selection-rules.js';
import type { RunResults } from './write-report.js';

/** Markdown tables over several runs of one arm at one preset: every rule pooled over the seeds, then every seed by itself. */
export function resultsPage(runs: readonly RunResults[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  const seeds = runs.map((run) => run.seed).join(', ');
  return [
    `## Preset \`${first.preset}\`, arm \`${first.arm}\`, ${runs.length === 1 ? 'seed' : 'seeds'} ${seeds}`,
    '',
    `Ran on: ${[...new Set(runs.flatMap((run) => run.devices))].join('; ')}.`,
    '',
    `Target accuracy α = ${formatAlpha(first.targetAccuracy)}. Each cell: share taken / accuracy among what was taken, ${runs.length === 1 ? 'with 95 % intervals' : 'counted over all seeds together, then the lowest and highest seed'}.`,
    '',
    ...pooledTable(runs),
    '',
    '\\* accuracy of a refutation: how many of the answers admitted as refuted are wrong.',
    '',
    'Each seed by itself (another split of the addresses, other weights, other batches). Exact match is on all answers; the region column counts answers admitted as verified, share / accuracy.',
    '',
    ...seedTable(runs),
    '',
    'The ladder of each seed, down to the first target accuracy that has a region:',
    '',
    ...runs.flatMap(({ seed, ladder }) => ladderLines(ladder).map((line) => `- seed ${seed}: ${line}`)),
    '',
    'Seconds by stage:',
    '',
    ...stageTable(runs),
    '',
  ].join('\n');
}

function pooledTable(runs: readonly RunResults[]): string[] {
  const rules = runs[0]!.tables[0]!.rules.map((rule) => rule.name);
  const header = ['', ...REPORTED_SETS.map((set) => SET_TITLES[set])];
  return markdownTable(
    header,
    rules.map((name) => [name, ...REPORTED_SETS.map((set) => pooled(measurementsOf(runs, name, set)))]),
  );
}

function measurementsOf(runs: readonly RunResults[], rule: string, set: ReportedSet): Measurement[] {
  return runs.flatMap((run) => run.tables[0]!.rules.filter(({ name }) => name === rule).map(({ sets }) => sets[set]));
}

function pooled(measurements: readonly Measurement[]): string {
  const [only, ...more] = measurements;
  if (only && more.length === 0) return single(only);
  const sum = (count: (measurement: Measurement) => number) => measurements.reduce((total, m) => total + count(m), 0);
  const selected = sum((m) => m.selected);
  const share = `${number(selected / sum((m) => m.total))} (${range(measurements.map((m) => m.share.estimate))})`;
  if (selected === 0) return `${share} / –`;
  const accuracies = measurements.flatMap((m) => (m.accuracy ? [m.accuracy.estimate] : []));
  return `${share} / ${number(sum((m) => m.right) / selected)} (${range(accuracies)})`;
}

/** Share / accuracy with their 95 % intervals. */
function single({ share, accuracy }: Measurement): string {
  const withInterval = ({ estimate, lower, upper }: BinomialInterval) =>
    `${number(estimate)} (${range([lower, upper])})`;
  return `${withInterval(share)} / ${accuracy ? withInterval(accuracy) : '–'}`;
}

function seedTable(runs: readonly RunResults[]): string[] {
  const header = ['seed', 'exact match', 'α of the region', ...REPORTED_SETS.map((set) => SET_TITLES[set])];
  return markdownTable(
    header,
    runs.flatMap((run) =>
      run.tables.map(({ targetAccuracy, rules }) => {
        const all = rules.find(({ name }) => name === 'all')!;
        const region = rules.find(({ name }) => name === 'SDM region, admitted as verified')!;
        const cells = REPORTED_SETS.map((set) => cell(region.sets[set]));
        return [
          String(run.seed),
          number(all.sets.test.right / all.sets.test.total),
          formatAlpha(targetAccuracy),
          ...cells,
        ];
      }),
    ),
  );
}

function cell({ share, accuracy }: Measurement): string {
  return accuracy ? `${number(share.estimate)} / ${number(accuracy.estimate)}` : 'nothing admitted';
}

/** The rungs down to the first that has a region. */
function ladderLines(ladder: readonly string[]): readonly string[] {
  const served = ladder.findIndex((line) => !line.includes('no region'));
  return ladder.slice(0, served < 0 ? ladder.length : served + 1);
}

function stageTable(runs: readonly RunResults[]): string[] {
  const stages = Object.keys(runs[0]!.seconds);
  const total = (run: RunResults) => Object.values(run.seconds).reduce((sum, seconds) => sum + seconds, 0);
  return markdownTable(
    ['seed', ...stages, 'total'],
    runs.map((run) => [
      String(run.seed),
      ...stages.map((stage) => run.seconds[stage]?.toFixed(0) ?? ''),
      total(run).toFixed(0),
    ]),
  );
}

function range(values: readonly number[]): string {
  return `${number(Math.min(...values))}–${number(Math.max(...values))}`;
}

function number(value: number): string {
  return value >= 0.9995 ? '1.00' : value.toFixed(3).slice(1);
}
