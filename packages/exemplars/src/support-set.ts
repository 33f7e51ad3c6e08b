import { type Matrix, OUT_OF_DISTRIBUTION, requireFinite, SdmError } from '@sdmjs/core';

/** The rows that similarity and distance are measured against: representations with true labels and the model's own predictions. */
export interface SupportSet {
  /** `[N, M]`, un-normalised adaptor outputs. */
  readonly representations: Matrix;
  /** `[N]` true classes ≥ 0, or −99 for a row of no class. */
  readonly labels: Int32Array;
  /** `[N]` classes ≥ 0 that the model predicts for its own support rows. */
  readonly predictions: Int32Array;
  /** `[N]` nonempty, unique also under Unicode NFC. */
  readonly ids: readonly string[];
  /** `[N]` texts to show as evidence, where kept. */
  readonly documents?: readonly (string | undefined)[];
  /** `[N]` free-form fields of the rows, where kept. */
  readonly metadata?: readonly (Record<string, unknown> | undefined)[];
}

/** The part of a support set that matching needs. */
export interface IndexedSupport extends Pick<SupportSet, 'representations' | 'labels' | 'predictions'> {
  /**
   * `[M, D]` Projection weights of the adaptor that made the representations, and that will make those of queries: an index may be faster for
   * them, and its answers are the same.
   */
  readonly span?: Matrix | undefined;
  /** About how many queries there will be, where that is known; rows matched to each other count half. An index may prepare for many of them. */
  readonly expectedQueries?: number | undefined;
}

/**
 * Checks the parts and returns them as a support set (nothing is copied).
 * Throws `empty-input`, `shape-mismatch`, `not-finite`, `label-out-of-range` or `duplicate-id`, naming the row.
 */
export function createSupportSet(parts: SupportSet): SupportSet {
  requireIndexable(parts, 'createSupportSet');
  const count = parts.representations.rows;
  requireLength(parts.ids.length, count, 'ids');
  if (parts.documents) requireLength(parts.documents.length, count, 'documents');
  if (parts.metadata) requireLength(parts.metadata.length, count, 'metadata');
  requireUniqueIds(parts.ids);
  return { ...parts };
}

/** The checks that every exemplar index makes of its support; throws as `createSupportSet` does. */
export function requireIndexable(support: IndexedSupport, where: string): void {
  const { representations, labels, predictions } = support;
  if (representations.rows === 0 || representations.columns === 0) {
    throw new SdmError('empty-input', `${where}: wanted at least one support row and one column`);
  }
  requireLength(labels.length, representations.rows, 'labels');
  requireLength(predictions.length, representations.rows, 'predictions');
  requireFinite(representations, `${where}: representations`);
  labels.forEach((label, i) => {
    if (label < 0 && label !== OUT_OF_DISTRIBUTION) {
      throw new SdmError(
        'label-out-of-range',
        `${where}: label of row ${i} is ${label}; wanted a class >= 0 or ${OUT_OF_DISTRIBUTION} (out of distribution)`,
      );
    }
    if (predictions[i]! < 0) {
      throw new SdmError('label-out-of-range', `${where}: prediction of row ${i} is ${predictions[i]}; wanted >= 0`);
    }
  });
}

/** `[N]` The class of a row whose label equals its prediction, else −1: only such a row is good, for queries of that prediction. */
export function goodClassesOf(support: Pick<SupportSet, 'labels' | 'predictions'>): Int32Array {
  return support.labels.map((label, i) => (label === support.predictions[i] ? label : -1));
}

function requireLength(length: number, count: number, name: string): void {
  if (length === count) return;
  throw new SdmError('shape-mismatch', `createSupportSet: ${name} has ${length} entries for ${count} support rows`);
}

function requireUniqueIds(ids: readonly string[]): void {
  const seen = new Set<string>();
  ids.forEach((id, i) => {
    if (id.length === 0) throw new SdmError('bad-format', `createSupportSet: the id of row ${i} is empty`);
    const key = id.normalize('NFC');
    if (seen.has(key)) {
      throw new SdmError(
        'duplicate-id',
        `createSupportSet: id ${JSON.stringify(id)} of row ${i} occurs before; ids must differ, also under NFC`,
      );
    }
    seen.add(key);
  });
}
