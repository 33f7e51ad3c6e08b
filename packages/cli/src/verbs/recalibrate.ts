import { recalibrate } from '@sdmjs/estimator';
import { loadModel, requireWritable, requireWritableFile, saveModel } from '@sdmjs/interchange/node';
import { Option } from 'commander';
import { noteStale } from '../inputs.js';
import { givenPath, inputPath, numberBetween } from '../options.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import { ladderOf, ladderTable } from '../tables/ladder.js';
import type { Session } from '../terminal/session.js';
import { sayLeftOut } from '../train/say-left-out.js';

interface RecalibrateOptions {
  readonly model: string;
  readonly output: string;
  readonly alphaResolution: number;
  readonly requirement?: 'byLabel' | 'byLabelAndPrediction';
  readonly reportOutput?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function addRecalibrate({ verb, run }: VerbHost): void {
  const command = verb('recalibrate', 'find the regions of a model anew from its calibration rows, without training', [
    'sdm recalibrate --model model.sdmkitmodel --output finer.sdmkitmodel --alpha-resolution 0.01',
  ]);
  command
    .requiredOption('--model <folder>', 'a .sdmkitmodel folder with its calibration rows', inputPath)
    .requiredOption('--output <folder>', 'where the new .sdmkitmodel goes', givenPath)
    .option('--overwrite', 'replace a model that stands there')
    .option(
      '--alpha-resolution <number>',
      'step of the ladder of target accuracies',
      numberBetween(0.00005, 0.4999999),
      0.05,
    )
    .addOption(
      new Option('--requirement <name>', "what every region keeps (default: the model's own)").choices([
        'byLabel',
        'byLabelAndPrediction',
      ]),
    )
    .option(
      '--report-output <file>',
      'where the JSON report goes, - for standard output (default: -, shown as text on a terminal)',
      givenPath,
    );
  run(command, recalibrateModel, () => ({ keepsStdoutFree: true }));
}

async function recalibrateModel(options: RecalibrateOptions, session: Session): Promise<undefined> {
  const { output, overwrite, reportOutput, alphaResolution, requirement } = options;
  requireOwnPlaces({
    inputs: [{ option: '--model', path: options.model, isModel: true }],
    outputs: [
      { option: '--output', path: output, isModel: true },
      { option: '--report-output', path: reportOutput },
    ],
  });
  await requireWritable(output, { overwrite });
  if (reportOutput !== undefined && reportOutput !== '-') await requireWritableFile(reportOutput);
  const { interrupts } = session;
  session.tell('stage', { stage: 'loading' });
  const source = await loadModel(options.model);
  await interrupts.check();
  noteStale(source, options.model, session);
  session.tell('stage', { stage: 'calibrating' });
  const estimator = recalibrate(source, { alphaResolution, requirement });
  const ladder = await ladderOf(estimator, interrupts.signal);
  await interrupts.check();
  session.tell('stage', { stage: 'saving' });
  await saveModel(estimator, output, { overwrite, onLeftOut: sayLeftOut(session) });
  session.say(`saved in ${output}`);
  session.show(ladderTable(ladder, estimator.model.classNames));
  const report = {
    modelID: estimator.modelId,
    artifact: output,
    sourceModelID: source.modelId,
    alphaResolution,
    calibrationSource: 'savedCalibrationDiagnostics',
    calibrationCount: estimator.calibrationScores?.labels.length,
    regions: estimator.nestedRegions.regions.length,
  };
  session.tell('result', { report, ladder });
  await session.document(report, reportOutput);
}
