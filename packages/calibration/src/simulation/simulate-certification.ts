import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  type CertificationExperiment,
  type CertificationMeasurement,
  measureCertification,
} from './measure-certification.js';

/** The table of docs/results/certification.md: 500 draws a setting, on 2 to 5 classes, imbalance, ties, label noise and three sizes. */
const sizes = { drawCount: 500, seed: 0 };
const law = { classCount: 2, imbalance: 1, labelNoise: 0 };
const experiments: CertificationExperiment[] = [
  { law, calibrationRowCount: 400, freshRowCount: 500, confidence: 0.95, ...sizes },
  { law, calibrationRowCount: 1000, freshRowCount: 2000, confidence: 0.95, ...sizes },
  { law, calibrationRowCount: 1000, freshRowCount: 2000, confidence: 0.8, ...sizes },
  { law, calibrationRowCount: 1000, freshRowCount: 20_000, confidence: 0.95, ...sizes },
  { law: { ...law, labelNoise: 0.03 }, calibrationRowCount: 1000, freshRowCount: 20_000, confidence: 0.8, ...sizes },
  { law: { ...law, tieSteps: 8 }, calibrationRowCount: 1000, freshRowCount: 5000, confidence: 0.8, ...sizes },
  { law: { ...law, imbalance: 2 }, calibrationRowCount: 1000, freshRowCount: 5000, confidence: 0.8, ...sizes },
  { law: { ...law, imbalance: 5 }, calibrationRowCount: 1000, freshRowCount: 5000, confidence: 0.95, ...sizes },
  {
    law: { ...law, classCount: 3, imbalance: 1.5 },
    calibrationRowCount: 1500,
    freshRowCount: 6000,
    confidence: 0.8,
    ...sizes,
  },
  {
    law: { classCount: 4, imbalance: 1, labelNoise: 0.02, tieSteps: 10 },
    calibrationRowCount: 2000,
    freshRowCount: 4000,
    confidence: 0.95,
    ...sizes,
  },
  {
    law: { ...law, classCount: 5, labelNoise: 0.03 },
    calibrationRowCount: 2000,
    freshRowCount: 4000,
    confidence: 0.9,
    ...sizes,
  },
  {
    law: { classCount: 5, imbalance: 3, labelNoise: 0.03, tieSteps: 10 },
    calibrationRowCount: 2000,
    freshRowCount: 8000,
    confidence: 0.8,
    ...sizes,
  },
];

const results = experiments.map((experiment) => {
  const measurement = measureCertification(experiment);
  process.stdout.write(`${rowOf(experiment, measurement)}\n`);
  return { experiment, measurement };
});
const folder = new URL('../../../../docs/results/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL('certification.json', folder), `${JSON.stringify(results, null, 2)}\n`);
await writeFile(new URL('certification.md', folder), report());
process.stdout.write(`written to ${fileURLToPath(folder)}\n`);

function report(): string {
  const rows = results.map(({ experiment, measurement }) => rowOf(experiment, measurement));
  return `# Certification on simulated ladders

Made by \`pnpm --filter @sdmjs/calibration simulate\` (node ${process.versions.node}, seed 0, ${sizes.drawCount} draws a setting). Raw numbers: certification.json.

A draw simulates calibration rows, finds the ladder at resolution .05, certifies all its rungs on fresh rows of the same law, and compares with the
accuracies that the law gives (averaged over 40,000 signals: standard error about .0006). C classes, the first \`imbalance\` times as frequent, label
noise ν; in the rows with ties, similarity, distance and logit are rounded to that many steps.

"Wrong" counts draws with a certified rung that is under its target in some true or predicted class, "allowed" is δ + 3 binomial standard errors of
${sizes.drawCount} draws. "Top short" counts draws in which the region of the highest rung is itself under its target in some group: what would be believed
without a certificate. "Rungs" is the mean number of certified rungs of a ladder, "strictest" the mean strictest certified target (.5 for none). The three ways:
the fixed sequence from the laxest rung to the strictest (the default), Holm, and the fixed sequence from the strictest, which is as valid and finds
almost nothing, because the strictest rung has the fewest rows and the least to spare.

| C | imbalance | ν | ties | calibration | fresh | δ | top short | allowed | wrong: default, Holm, reverse | wrongly refuted | rungs: default, Holm, reverse | strictest: default, Holm, reverse |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function rowOf(experiment: CertificationExperiment, measurement: CertificationMeasurement): string {
  const { drawCount, confidence, calibrationRowCount, freshRowCount } = experiment;
  const { classCount, imbalance, labelNoise, tieSteps = '–' } = experiment.law;
  const delta = 1 - confidence;
  const allowed = Math.floor(drawCount * (delta + 3 * Math.sqrt((delta * confidence) / drawCount)));
  const each = (value: (outcome: CertificationMeasurement['corrections'][number]) => number | string) =>
    measurement.corrections.map(value).join(', ');
  const setting = [classCount, imbalance, labelNoise, tieSteps, calibrationRowCount, freshRowCount, delta.toFixed(2)];
  const wrong = [
    measurement.topRungShortDraws,
    allowed,
    each(({ wrongDraws }) => wrongDraws),
    measurement.wrongRefutationDraws,
  ];
  const power = [
    `${each(({ certifiedRungs }) => certifiedRungs.toFixed(2))} of ${measurement.meanRungCount.toFixed(2)}`,
    each(({ strictestTarget }) => strictestTarget.toFixed(3)),
  ];
  return `| ${[setting, wrong, power].flat().join(' | ')} |`;
}
