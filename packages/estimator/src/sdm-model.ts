import { requireFinite, SdmError } from '@sdmjs/core';
import type { SupportSet } from '@sdmjs/exemplars';
import { adaptorSizes, type ExemplarAdaptor } from './exemplar-adaptor.js';
import type { Normalization } from './standardizer.js';

/** Says which features a model was trained on; whoever scores may be asked to prove that theirs are the same. */
export interface Representation {
  readonly provider: string;
  readonly fingerprint: string;
  readonly model: string | null;
  readonly revision: string | null;
  readonly inputTemplate: string | null;
}

/** What a model that nobody described carries. */
export const DEFAULT_REPRESENTATION: Representation = {
  provider: 'precomputed',
  fingerprint: 'embedding_v1',
  model: null,
  revision: null,
  inputTemplate: null,
};

/** A trained model. It has no `estimate`: `calibrate` turns it into an estimator. */
export interface SdmModel {
  readonly adaptor: ExemplarAdaptor;
  readonly normalization: Normalization;
  readonly support: SupportSet;
  readonly classNames: readonly string[];
  /** Cap of q, an integer >= 1. */
  readonly maxSimilarity: number;
  /** The o of base o + q, > 1. */
  readonly similarityOffset: number;
  /** A row is out of distribution when floor(q') is at most this. */
  readonly outOfDistributionLimit: number;
  readonly representation: Representation;
}

/** Checks that all parts of a model fit each other. Throws `shape-mismatch`, `not-finite` or `out-of-range`. */
export function requireConsistentModel(model: SdmModel): void {
  const { adaptor, support } = model;
  const { representationSize, classCount } = adaptorSizes(adaptor);
  requireSize(adaptor.projectionBias.length, representationSize, 'projection biases');
  requireSize(adaptor.classifierWeight.columns, representationSize, 'columns of the classifier weight');
  requireSize(adaptor.classifierBias.length, classCount, 'classifier biases');
  requireSize(model.classNames.length, classCount, 'class names');
  requireSize(support.representations.columns, representationSize, 'numbers a support representation');
  requireFinite(adaptor.projectionWeight, 'model: projection weight');
  requireFinite(adaptor.classifierWeight, 'model: classifier weight');
  const bounds: [name: string, isGood: boolean, wanted: string][] = [
    ['class count', classCount >= 2, 'at least 2'],
    ['maxSimilarity', Number.isSafeInteger(model.maxSimilarity) && model.maxSimilarity >= 1, 'an integer >= 1'],
    ['similarityOffset', Number.isFinite(model.similarityOffset) && model.similarityOffset > 1, 'a number > 1'],
    [
      'outOfDistributionLimit',
      Number.isSafeInteger(model.outOfDistributionLimit) && model.outOfDistributionLimit >= 0,
      'an integer >= 0',
    ],
    ['standard deviation', Math.fround(model.normalization.standardDeviation) > 0, 'a number > 0'],
    ['largest support label', support.labels.every((label) => label < classCount), `below ${classCount}`],
  ];
  for (const [name, isGood, wanted] of bounds) {
    if (!isGood) throw new SdmError('out-of-range', `model: ${name}: wanted ${wanted}; train or load it again`);
  }
}

function requireSize(got: number, wanted: number, what: string): void {
  if (got !== wanted) {
    throw new SdmError(
      'shape-mismatch',
      `model: wanted ${wanted} ${what}, got ${got}; all parts must come from one model`,
    );
  }
}
