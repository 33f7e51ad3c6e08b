import { meanOf } from './paired-difference.js';
import { armTable, classTable, shiftTable } from './arm-tables.js';
import { CONTROL_COMPARISONS, comparisonTable, LOSS_COMPARISONS } from './comparisons.js';
import type { EvidenceSet } from './evidence-set.js';
import { networkSection } from './network-section.js';
import { markdownTable } from '@sdmjs-tooling/app-kit';

/** The tables of one preset in Markdown. */
export function evidencePage(evidence: EvidenceSet): string {
  const { preset, arms, networks } = evidence;
  const test = { features: 'answer', set: 'test' } as const;
  const sequence = { features: 'sequence', set: 'test' } as const;
  return [
    `## Preset \`${preset}\``,
    '',
    '### The arms on the test set (claims 1, 2, 4, 5)',
    '',
    'Features of the answer, as the app uses them. Means over seeds and layer fits, with the lowest and the highest seed; an arm without a region counts as admitted 0.',
    '',
    ...armTable(evidence, test),
    '',
    'The same with the features of the paper (mean over prompt and answer):',
    '',
    ...armTable(evidence, sequence),
    '',
    '### Differences between arms, paired by seed',
    '',
    ...comparisonTable(evidence, LOSS_COMPARISONS, test),
    '',
    'With the features of the paper:',
    '',
    ...comparisonTable(evidence, LOSS_COMPARISONS, sequence),
    '',
    '### Controls',
    '',
    ...comparisonTable(evidence, CONTROL_COMPARISONS, test),
    '',
    '### Other prose and long sentences (claim 3)',
    '',
    'Exact match of all answers / share admitted / verdicts right among the admitted, counted over seeds and fits. Features of the answer.',
    '',
    ...shiftTable(evidence, 'answer'),
    '',
    '### Inside the region, by class (claim 6)',
    '',
    'Verdicts right among the admitted (admitted of all), over seeds and fits; SOTU test, features of the answer.',
    '',
    ...classTable(evidence, test),
    '',
    ...(networks.length > 0 ? ['### SDM networks (claims 7, 8)', '', ...networkSection(networks)] : []),
    '### Fine-tuning',
    '',
    ...fineTuningTable(arms),
    '',
    `Ran on: ${[...new Set([...arms.values()].flat().flatMap(({ devices }) => devices))].join('; ')}. The machine had other work, so the seconds are no benchmark.`,
    '',
  ].join('\n');
}

/** Where the kept checkpoint lies, the mean base on the selection set, and what it took. */
function fineTuningTable(arms: EvidenceSet['arms']): string[] {
  const rows = [...arms].flatMap(([arm, runs]) => {
    const tuned = runs.flatMap(({ fineTuning }) => (fineTuning ? [fineTuning] : []));
    if (tuned.length === 0) return [];
    const seconds = runs.map((run) => run.seconds['fine-tuning'] ?? 0);
    const bases = tuned.map(({ evaluations }) => meanOf(evaluations.map(({ meanLossBase }) => meanLossBase)));
    const kept = tuned.map(({ bestStep, evaluations }) => bestStep / evaluations.at(-1)!.step);
    const range = (values: readonly number[], digits: number) =>
      `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
    return [[`\`${arm}\``, range(kept, 2), range(bases, 3), range(seconds, 0)]];
  });
  return markdownTable(['arm', 'kept checkpoint, share of the steps', 'mean base', 'seconds of fine-tuning'], rows);
}
