import type { Certification, RungCertificate } from '@sdmjs/calibration';
import { certify, type CertifyOptions, chooseTargetAccuracy, type SdmEstimator } from '@sdmjs/estimator';
import { examplesOf } from '@sdmjs/interchange';
import { Option } from 'commander';
import { readModelAndRows } from '../inputs.js';
import { accuracies, type InputOptions, type ModelOptions, numberBetween, withInput, withModel } from '../options.js';
import type { VerbHost } from '../program.js';
import { alphaText, formatTable, share } from '../tables/table.js';
import type { Session } from '../terminal/session.js';

interface CertifyVerbOptions extends ModelOptions, InputOptions {
  readonly confidence: number;
  readonly correction: NonNullable<CertifyOptions['correction']>;
  readonly emptyGroups: NonNullable<CertifyOptions['emptyGroups']>;
  readonly form: NonNullable<CertifyOptions['form']>;
  readonly targetAccuracies?: readonly number[];
  readonly json?: boolean;
}

export function addCertify({ verb, run }: VerbHost): void {
  const command = verb('certify', 'test on fresh labelled rows which target accuracies hold in every class', [
    'sdm certify --model model.sdmkitmodel --input fresh.jsonl',
    'sdm certify --model model.sdmkitmodel --input fresh.jsonl --confidence 0.9 --target-accuracies 0.95,0.9',
  ]);
  withInput(withModel(command))
    .option('--confidence <number>', 'that no certificate is wrong', numberBetween(0.5, 0.9999999), 0.95)
    .addOption(
      new Option('--correction <name>', 'for testing several rungs')
        .choices(['fixedSequence', 'holm'])
        .default('fixedSequence'),
    )
    .addOption(
      new Option('--empty-groups <how>', 'what a class means in which nobody is admitted')
        .choices(['block', 'unclaimed'])
        .default('block'),
    )
    .addOption(
      new Option('--form <name>', 'which assigned region counts').choices(['centroid', 'lower']).default('centroid'),
    )
    .option(
      '--target-accuracies <list>',
      'rungs of the ladder to test, chosen before looking (default: those with a region)',
      accuracies,
    );
  run(command, certifyRows);
}

async function certifyRows(options: CertifyVerbOptions, session: Session): Promise<undefined> {
  const { estimator, rows } = await readModelAndRows(options, { keepDocuments: false, requireLabels: true }, session);
  const { confidence, correction, emptyGroups, form } = options;
  const { alphaResolution } = estimator.nestedRegions;
  const targetAccuracies = options.targetAccuracies?.map((alpha) => chooseTargetAccuracy(alphaResolution, alpha));
  const bar = session.startProgress('scoring', rows.ids.length);
  const certification = await certify(estimator, examplesOf(rows), {
    confidence,
    correction,
    emptyGroups,
    form,
    targetAccuracies,
    signal: session.interrupts.signal,
    onProgress: ({ completed }) => bar.update(completed),
  }).finally(bar.end);
  estimator.dispose();
  showCertification(certification, estimator, session);
}

/** The certificates for people, and as an event. */
export function showCertification(
  certification: Certification,
  { model, nestedRegions }: Pick<SdmEstimator, 'model' | 'nestedRegions'>,
  session: Session,
): void {
  const { rungs, confidence, rowCount } = certification;
  const withRegion = nestedRegions.regions.map(({ targetAccuracy }) => alphaText(targetAccuracy));
  session.say(`${rowCount} fresh rows, confidence ${confidence}`);
  if (rungs.length === 0) session.say('The model has no region, so there is nothing to certify.');
  else
    session.show(
      formatTable(
        ['α', 'outcome', 'admitted', 'p', 'weakest group', 'what is missing'],
        rungs.map((rung) => lineOf(rung, model.classNames, withRegion.includes(alphaText(rung.targetAccuracy)))),
      ),
    );
  const certified = rungs
    .filter(({ outcome }) => outcome === 'certified')
    .map((rung) => alphaText(rung.targetAccuracy));
  session.say(certified.length === 0 ? 'No target accuracy is certified.' : `Certified: α = ${certified.join(', ')}.`);
  session.tell('result', { certification: withoutInfinities(certification) });
}

function lineOf(rung: RungCertificate, classNames: readonly string[], hasRegion: boolean): string[] {
  const weakest = rung.groups.toSorted((a, b) => b.pValue - a.pValue)[0];
  const group =
    weakest &&
    `${weakest.by === 'label' ? 'true' : 'predicted'} ${classNames[weakest.class]} ${share(weakest.accuracy)}, at least ${share(weakest.lower)}`;
  return [
    alphaText(rung.targetAccuracy),
    rung.outcome,
    String(rung.admittedCount),
    rung.adjustedPValue.toPrecision(2),
    group ?? '–',
    hasRegion ? shortageOf(rung) : 'no region here; what stricter ones admit counts',
  ];
}

function shortageOf({ shortage }: RungCertificate): string {
  if (shortage === null) return '';
  const { reason, additionalRows } = shortage;
  const rows = additionalRows === null || !Number.isFinite(additionalRows) ? '' : `, about ${additionalRows} more rows`;
  return `${reason}${rows}`;
}

/** JSON has no infinity: what no number of rows would mend is null there, with its reason. */
function withoutInfinities({ rungs, ...rest }: Certification) {
  return {
    ...rest,
    rungs: rungs.map(({ shortage, ...rung }) => ({
      ...rung,
      shortage: shortage && {
        ...shortage,
        additionalRows: Number.isFinite(shortage.additionalRows) ? shortage.additionalRows : null,
      },
    })),
  };
}
