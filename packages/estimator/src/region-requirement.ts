import type { RegionRequirement } from '@sdmjs/calibration';

type Metadata = Readonly<Record<string, unknown>>;

/** Where files keep a requirement other than the default: their regions have no place for it. */
const KEY = 'regionRequirement';

/** The requirement that the metadata of an estimator note, else `byLabel`. */
export function requirementIn(metadata: Metadata | undefined): RegionRequirement {
  return metadata?.[KEY] === 'byLabelAndPrediction' ? 'byLabelAndPrediction' : 'byLabel';
}

/** The metadata with the requirement noted, unchanged when it is the default and none was noted. */
export function withRequirement(
  metadata: Metadata | undefined,
  requirement: RegionRequirement = 'byLabel',
): Metadata | undefined {
  if (requirement === requirementIn(metadata)) return metadata;
  return { ...metadata, [KEY]: requirement };
}
