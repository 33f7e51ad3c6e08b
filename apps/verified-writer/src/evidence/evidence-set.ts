import { ARM_NAMES } from '../arms.js';
import type { ReportedSet } from '../stages/verify-set.js';
import type { NetworkEvidence } from '../network/network-evidence.js';
import type { ArmEvidence } from './arm-evidence.js';
import type { FeatureRule, LayerFit } from './fit-layers.js';
import { MEASURES, type MeasureName } from './measures.js';
import type { FitValues } from './paired-difference.js';

/** All evidence of one preset: arms by name, one entry a seed. */
export interface EvidenceSet {
  readonly preset: string;
  readonly arms: ReadonlyMap<string, readonly ArmEvidence[]>;
  readonly networks: readonly NetworkEvidence[];
}

/** Sorts what was read into arms and networks of one preset. */
export function evidenceSet(records: readonly (ArmEvidence | NetworkEvidence)[], preset: string): EvidenceSet {
  const arms = new Map<string, ArmEvidence[]>();
  const networks: NetworkEvidence[] = [];
  for (const record of records.filter((one) => one.preset === preset).sort((a, b) => a.seed - b.seed)) {
    if ('networks' in record) networks.push(record);
    else arms.set(record.arm, [...(arms.get(record.arm) ?? []), record]);
  }
  const inOrder = ARM_NAMES.flatMap((arm) => (arms.has(arm) ? [[arm, arms.get(arm)!] as const] : []));
  return { preset, arms: new Map(inOrder), networks };
}

/** A place at which measures are taken. */
export interface Place {
  readonly features: FeatureRule;
  readonly set: ReportedSet;
}

/** The layers of an arm on one kind of features, by seed. */
export function fitsOf({ arms }: EvidenceSet, arm: string, features: FeatureRule): Map<number, LayerFit[]> {
  return new Map(
    (arms.get(arm) ?? []).map(({ seed, fits }) => [seed, fits.filter((fit) => fit.features === features)]),
  );
}

/** The values of a measure in an arm. */
export function valuesOf(
  evidence: EvidenceSet,
  arm: string,
  measure: MeasureName,
  { features, set }: Place,
): FitValues {
  const fits = [...fitsOf(evidence, arm, features)];
  return new Map(fits.map(([seed, layers]) => [seed, layers.map(({ sets }) => MEASURES[measure].of(sets[set]))]));
}
