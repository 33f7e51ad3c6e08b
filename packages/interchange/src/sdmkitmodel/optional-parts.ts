/**
 * Members of the metadata that grow with the rows or the epochs and that readers can do without: which rows went where and under which
 * ids (the ids are in the other files, too), digests of the features, the history of the run.
 */
export type OptionalPart = 'bestIterationSplits' | 'sourceData' | 'trainingRun';

/** What to leave out of a manifest that is too long, the first choice that suffices. */
const CHOICES: readonly (readonly OptionalPart[])[] = [
  [],
  ['bestIterationSplits'],
  ['sourceData'],
  ['bestIterationSplits', 'sourceData'],
  ['trainingRun'],
  ['bestIterationSplits', 'sourceData', 'trainingRun'],
];

/** Bytes of a manifest: of each optional part, and of all the rest. */
export interface ManifestBytes {
  readonly rest: number;
  readonly parts: Readonly<Record<OptionalPart, number>>;
}

/** The parts to leave out so that the manifest has at most `largest` bytes; undefined where the rest alone has more. */
export function chooseLeftOut(bytes: ManifestBytes, largest: number): readonly OptionalPart[] | undefined {
  return CHOICES.find((leftOut) => leftOut.reduce((left, part) => left - bytes.parts[part], wholeOf(bytes)) <= largest);
}

/** Bytes of a manifest with all its parts. */
export function wholeOf({ rest, parts }: ManifestBytes): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, rest);
}
