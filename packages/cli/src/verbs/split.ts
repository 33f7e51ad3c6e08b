import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import { type Composition, splitLines, type Rows } from '@sdmjs/interchange';
import { requireWritableFile, writeFileAtomically } from '@sdmjs/interchange/node';
import { InvalidArgumentError, Option } from 'commander';
import { readInput } from '../inputs.js';
import { givenPath, inputPath, names, seed, withFeatures } from '../options.js';
import { makeFolder } from '../make-folder.js';
import { requireAbsent, requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import { assignParts, type Part } from '../split/assign-parts.js';
import { featureKey, findLeaks, type Leak, normalizeText, type PartRows } from '../split/find-leaks.js';
import { joinGroups } from '../split/join-groups.js';
import { formatTable } from '../tables/table.js';
import type { Session } from '../terminal/session.js';

interface SplitOptions {
  readonly input?: string;
  readonly outputFolder?: string;
  readonly overwrite?: boolean;
  readonly parts: readonly Part[];
  readonly groupField?: string;
  readonly keepDuplicatesTogether?: boolean;
  readonly seed: number | bigint;
  readonly check?: readonly string[];
  readonly composition: Composition;
  readonly representationFingerprint?: string;
  readonly json?: boolean;
}

const DEFAULT_PARTS = 'training=0.4,calibration=0.4,test=0.2';

export function addSplit({ verb, run }: VerbHost): void {
  const command = verb('split', 'split rows by label or by group, and look for what is on both sides', [
    'sdm split --input rows.jsonl --output-folder parts',
    'sdm split --input rows.jsonl --output-folder parts --parts training=0.5,calibration=0.5 --group-field author --keep-duplicates-together',
    'sdm split --check parts/training.jsonl parts/calibration.jsonl parts/test.jsonl',
  ]);
  withFeatures(command)
    .option('--input <file>', 'rows as JSON Lines', inputPath)
    .option('--output-folder <folder>', 'where the parts go, a file each', givenPath)
    .option('--overwrite', 'replace parts that stand there')
    .addOption(
      new Option('--parts <list>', 'names and shares').argParser(parts).default(parts(DEFAULT_PARTS), DEFAULT_PARTS),
    )
    .option('--group-field <name>', 'member of the rows; rows in which it is equal stay together')
    .option('--keep-duplicates-together', 'rows with the same text or the same features stay together')
    .option('--seed <number>', 'of the order in which rows are dealt', seed, 0)
    .addOption(
      new Option(
        '--check <files...>',
        'split nothing: look for what two files or more have in common; ends with 2 where they have anything',
      ).conflicts(['input', 'outputFolder', 'parts', 'keepDuplicatesTogether', 'seed']),
    );
  run(command, split);
}

function parts(text: string): Part[] {
  const found = names(text).map((part) => {
    const [name = '', number = ''] = part.split('=');
    return { name, share: Number(number) };
  });
  const isSound = found.every(({ name, share }) => /^[\w.-]+$/.test(name) && share > 0 && share <= 1);
  const total = found.reduce((sum, { share }) => sum + share, 0);
  const areDistinct = new Set(found.map(({ name }) => name)).size === found.length;
  if (isSound && areDistinct && Math.abs(total - 1) < 1e-9) return found;
  throw new InvalidArgumentError(`wanted names and shares that add up to 1, such as ${DEFAULT_PARTS}`);
}

async function split(options: SplitOptions, session: Session): Promise<number> {
  if (options.check) return check(options.check, options, session);
  const { input, outputFolder } = options;
  if (input === undefined || outputFolder === undefined) {
    throw new SdmError('empty-input', 'sdm split: wanted --input and --output-folder, or --check with files');
  }
  const paths = options.parts.map(({ name }) => join(outputFolder, `${name}.jsonl`));
  requireOwnPlaces({
    inputs: [{ option: '--input', path: input }],
    outputs: paths.map((path) => ({ option: '--output-folder', path })),
  });
  requireAbsent(paths, options.overwrite);
  makeFolder(outputFolder);
  for (const path of paths) await requireWritableFile(path);
  const rows = await readRowsOf(input, options, session);
  const groups = groupsOf(rows, options);
  const assigned = assignParts({ groups, labels: rows.labels, parts: options.parts, seed: options.seed });
  await writeParts(
    paths.map((path, part) => ({ path, lines: new Set(rows.lines.filter((_, row) => assigned[row] === part)) })),
    { input, signal: session.interrupts.signal },
  );
  report(rows, assigned, options, session);
  const leaks = findLeaks(options.parts.map(({ name }, part) => partOf(name, rows, { part, assigned, options })));
  showLeaks(leaks, session, 'with --keep-duplicates-together rows of one text or the same features stay together');
  session.tell('result', {
    paths,
    leaks,
    counts: paths.map((_, part) => assigned.filter((own) => own === part).length),
  });
  return 0;
}

/** Exit code 2 when the files have anything in common. */
async function check(paths: readonly string[], options: SplitOptions, session: Session): Promise<number> {
  if (paths.length < 2) {
    throw new SdmError('empty-input', 'sdm split: wanted two files or more after --check, to compare them');
  }
  const found: PartRows[] = [];
  for (const path of paths) {
    const rows = await readRowsOf(path, options, session);
    found.push(partOf(path, rows, { options }));
  }
  const leaks = findLeaks(found);
  session.tell('result', { leaks });
  if (leaks.length === 0) session.say(`no id, text, features or group is in more than one of ${paths.length} files`);
  else {
    const [{ kind, count, example }] = leaks as [Leak];
    showLeaks(leaks, session, 'split the rows again, with --keep-duplicates-together');
    throw new SdmError(
      'duplicate-id',
      `${paths.join(', ')}: ${count} × the same ${kind} in two files, first ${example}; split the rows again`,
    );
  }
  return 0;
}

function readRowsOf(path: string, options: SplitOptions, session: Session): Promise<Rows> {
  const { composition, representationFingerprint: fingerprint, groupField } = options;
  return readInput(
    path,
    { composition, fingerprint, takeTexts: true, keepFields: groupField === undefined ? [] : [groupField] },
    session,
  );
}

function groupsOf(rows: Rows, { groupField, keepDuplicatesTogether }: SplitOptions): (string | undefined)[] {
  const groups = fieldGroups(rows, groupField);
  if (groupField !== undefined && groups.every((group) => group === undefined)) {
    throw new SdmError('bad-format', `sdm split: no row has "${groupField}"; name a member that rows have`);
  }
  if (!keepDuplicatesTogether) return groups;
  const texts = rows.ids.map((_, row) => normalizeText(rows.documents[row]));
  return joinGroups([groups, texts, rows.ids.map((_, row) => featureKey(rows, row))]);
}

function fieldGroups({ ids, fields }: Rows, field: string | undefined): (string | undefined)[] {
  if (field === undefined) return ids.map(() => undefined);
  return fields.map((record) => JSON.stringify(record[field] ?? undefined));
}

function partOf(
  name: string,
  rows: Rows,
  { part, assigned, options }: { part?: number; assigned?: Int32Array; options: SplitOptions },
): PartRows {
  const own = rows.ids.map((_, row) => row).filter((row) => assigned === undefined || assigned[row] === part);
  const groups = fieldGroups(rows, options.groupField);
  return {
    name,
    ids: own.map((row) => rows.ids[row]!),
    featureKeys: own.map((row) => featureKey(rows, row)),
    documents: own.map((row) => rows.documents[row]),
    groups: own.map((row) => groups[row]),
  };
}

/** Writes all parts whole and flushed beside their places before the first one is renamed: parts of two splits would leak into each other. */
async function writeParts(
  [first, ...others]: readonly { readonly path: string; readonly lines: ReadonlySet<number> }[],
  source: { readonly input: string; readonly signal: AbortSignal },
): Promise<void> {
  if (first === undefined) return;
  async function* pieces() {
    yield* linesOf(source.input, first!.lines, source.signal);
    await writeParts(others, source);
  }
  await writeFileAtomically(first.path, pieces());
}

/** The lines as they stand in the file, in its order. */
async function* linesOf(path: string, wanted: ReadonlySet<number>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const splitter = splitLines(({ bytes, start, end }, number) => {
    if (wanted.has(number)) ready.push(bytes.slice(start, end), NEWLINE);
  });
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if (signal.aborted) throw new SdmError('aborted', 'sdm split: stopped by the caller');
    splitter.push(piece as Uint8Array);
    yield* ready;
    ready = [];
  }
  splitter.finish();
  yield* ready;
}

const NEWLINE = Uint8Array.of(10);

function report(rows: Rows, assigned: Int32Array, { parts: all }: SplitOptions, { show }: Session): void {
  const labels = [...new Set(rows.labels)].sort((a, b) => a - b);
  const table = all.map(({ name }, part) => {
    const own = rows.labels.filter((_, row) => assigned[row] === part);
    return [name, String(own.length), ...labels.map((label) => String(own.filter((other) => other === label).length))];
  });
  show(formatTable(['part', 'rows', ...labels.map((label) => `label ${label}`)], table));
}

function showLeaks(leaks: readonly Leak[], { say }: Session, mend: string): void {
  for (const { kind, count, example } of leaks)
    say(`leak: ${count} × the same ${kind} in two parts, first ${example}; ${mend}`);
  if (leaks.length === 0) say('no text, features or group is in more than one part');
}
