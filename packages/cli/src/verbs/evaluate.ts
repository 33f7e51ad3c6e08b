import { evaluate } from '@sdmjs/estimator';
import { evaluationReport } from '@sdmjs/interchange';
import { requireWritableFile } from '@sdmjs/interchange/node';
import { estimateRows, readModelAndRows } from '../inputs.js';
import { count, givenPath, type InputOptions, type ModelOptions, placesOf, withInput, withModel } from '../options.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import { accuracyTable } from '../tables/accuracy-table.js';
import type { Session } from '../terminal/session.js';

interface EvaluateOptions extends ModelOptions, InputOptions {
  readonly output?: string;
  readonly histogramBins: number;
  readonly json?: boolean;
}

export function addEvaluate({ verb, run }: VerbHost): void {
  const command = verb('evaluate', 'compare what a model says of labelled rows with their labels', [
    'sdm evaluate --model model.sdmkitmodel --input test.jsonl',
    'sdm evaluate --model model.sdmkitmodel --input test.jsonl --output report.json',
  ]);
  withInput(withModel(command))
    .option(
      '--output <file>',
      'where the JSON report goes, - for standard output (default: -, shown as text on a terminal)',
      givenPath,
    )
    .option('--histogram-bins <number>', 'of each signal', count(1), 10);
  run(command, evaluateRows, () => ({ keepsStdoutFree: true }));
}

async function evaluateRows(options: EvaluateOptions, session: Session): Promise<undefined> {
  const { output, histogramBins } = options;
  requireOwnPlaces(placesOf(options));
  if (output !== undefined && output !== '-') await requireWritableFile(output);
  const { estimator, rows } = await readModelAndRows(options, { keepDocuments: false, requireLabels: true }, session);
  const estimates = await estimateRows(estimator, rows.features, session);
  estimator.dispose();
  const { classNames } = estimator.model;
  const targetAccuracies = estimator.nestedRegions.regions.map(({ targetAccuracy }) => targetAccuracy);
  const shared = { estimates, labels: rows.labels, classCount: classNames.length, targetAccuracies };
  const report = evaluationReport({ ...shared, histogramBins });
  session.say(`${estimates.length} rows; accuracies with exact 95 % intervals`);
  session.show(accuracyTable(evaluate(shared), classNames));
  session.tell('result', { report });
  await session.document(report, output);
}
