import { rowsOf, SdmError } from '@sdmjs/core';
import type { SdmEstimator, SdmModel } from '@sdmjs/estimator';
import { encodeScoredRow, type Rows } from '@sdmjs/interchange';
import { requireWritableFile, writeFileAtomically } from '@sdmjs/interchange/node';
import { Option } from 'commander';
import { readModelAndRows } from '../inputs.js';
import { count, givenPath, type InputOptions, type ModelOptions, placesOf, withInput, withModel } from '../options.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import type { Session } from '../terminal/session.js';

interface ScoreOptions extends ModelOptions, InputOptions {
  readonly output: string;
  readonly scoreBatchSize: number;
  readonly nearestExemplars: number;
  readonly identitySupportIndexField?: string;
  readonly json?: boolean;
}

export function addScore({ verb, run }: VerbHost): void {
  const command = verb('score', 'score rows: prediction, q, d, regions and nearest exemplars, one compact row each', [
    'sdm score --model model.sdmkitmodel --input test.jsonl --output scores.jsonl',
    'sdm score --model model.sdmkitmodel --input test.jsonl --nearest-exemplars 0 | head -3',
  ]);
  withInput(withModel(command))
    .option(
      '--output <file>',
      'where the rows go, - for standard output (then --json events go to standard error)',
      givenPath,
      '-',
    )
    .option('--score-batch-size <rows>', 'rows scored at a time', count(1), 256)
    .option('--nearest-exemplars <number>', 'to list with each row', count(0), 25)
    .option('--identity-support-index-field <name>', 'member of a row that names the support row to leave out')
    .addOption(
      new Option('--detail <kind>', 'compact rows hold the scores alone').choices(['compact']).default('compact'),
    )
    .addOption(new Option('--overwrite').hideHelp());
  run(command, score, ({ output }) => ({ keepsStdoutFree: true, rowsOnStdout: output === '-' }));
}

async function score(options: ScoreOptions, session: Session): Promise<undefined> {
  const { output, identitySupportIndexField: field } = options;
  requireOwnPlaces(placesOf(options));
  if (output !== '-') await requireWritableFile(output);
  const rowOptions = { keepDocuments: false, keepFields: field === undefined ? [] : [field] };
  const { estimator, rows } = await readModelAndRows(options, rowOptions, session);
  const exclusions = exclusionsOf(rows, { field, path: options.input, model: estimator.model });
  const lines = scoredLines({ estimator, rows, exclusions, options, session });
  if (output !== '-') await writeFileAtomically(output, lines);
  else for await (const text of lines) await session.stdout.write(text);
  estimator.dispose();
  const { length } = rows.ids;
  session.tell('result', { rowCount: length, output });
  if (output !== '-') session.say(`${length} rows scored, in ${output}`);
}

interface Scoring {
  readonly estimator: SdmEstimator;
  readonly rows: Rows;
  readonly exclusions: Int32Array;
  readonly options: ScoreOptions;
  readonly session: Session;
}

/** The lines of one batch after the other, so that no more than a batch of estimates is in memory. */
async function* scoredLines({ estimator, rows, exclusions, options, session }: Scoring): AsyncGenerator<string> {
  const { features, ids, labels } = rows;
  const bar = session.startProgress('scoring', features.rows);
  const { scoreBatchSize, nearestExemplars: nearestCount } = options;
  try {
    for (let start = 0; start < features.rows; start += scoreBatchSize) {
      const end = Math.min(start + scoreBatchSize, features.rows);
      const estimates = await estimator.estimateAll(rowsOf(features, start, end), {
        nearestCount,
        exclusions: exclusions.subarray(start, end),
        signal: session.interrupts.signal,
      });
      const lines = estimates.map((estimate, i) =>
        encodeScoredRow(estimator, { id: ids[start + i]!, label: labels[start + i]!, estimate }),
      );
      yield lines.join('');
      bar.update(end);
    }
  } finally {
    bar.end();
  }
}

/** `[rows]` the support row that a row names as itself, −1 for none. Throws `bad-format`, `out-of-range` or `empty-input` with the line. */
function exclusionsOf(
  { fields, ids, lines }: Rows,
  { field, path, model }: { field: string | undefined; path: string; model: SdmModel },
): Int32Array {
  if (field === undefined) return new Int32Array(ids.length).fill(-1);
  const supportCount = model.support.labels.length;
  const wanted = `wanted a support row, 0 … ${supportCount - 1}, or null`;
  return Int32Array.from(fields, (record, i) => {
    const value = record[field];
    if (value === undefined || value === null) return -1;
    const where = `${path}, line ${lines[i]}: "${field}"`;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw new SdmError('bad-format', `${where} is ${JSON.stringify(value)}; ${wanted}`);
    if (value >= supportCount) throw new SdmError('out-of-range', `${where} is ${value}; ${wanted}`);
    if (Math.min(model.maxSimilarity, supportCount) < 2)
      throw new SdmError('empty-input', `${where} leaves out the only support row that may be searched; make it null`);
    return value;
  });
}
