import { OUT_OF_DISTRIBUTION, SdmError } from '@sdmjs/core';
import type { SupportSet } from '@sdmjs/exemplars';
import { badFormat, type Fields, fieldsOf } from '../fields.js';
import { decodeJsonLines, encodeJsonLines } from '../json-lines.js';
import { RECORDS_FILE } from './manifest.js';

/** A support set without its representations. */
export type SupportRecords = Omit<SupportSet, 'representations'>;

const KEYS = { required: ['id', 'label', 'predictedLabel'], optional: ['document', 'metadata'] };

/** The bytes of `support.jsonl`; documents and metadata only where there are any. */
export function encodeSupportRecords({ ids, labels, predictions, documents, metadata }: SupportRecords): Uint8Array {
  return encodeJsonLines(
    ids.map((id, i) => ({
      id,
      label: labels[i],
      predictedLabel: predictions[i],
      document: documents?.[i],
      metadata: metadata?.[i],
    })),
    RECORDS_FILE,
  );
}

/** Reads `support.jsonl`. Throws `bad-format`, `label-out-of-range` or `duplicate-id`. */
export function decodeSupportRecords(
  bytes: Uint8Array,
  { supportCount, classCount }: { readonly supportCount: number; readonly classCount: number },
): SupportRecords {
  const rows = Array.from(decodeJsonLines(bytes, RECORDS_FILE), ({ value, where }) => fieldsOf(value, where, KEYS));
  if (rows.length !== supportCount) {
    throw badFormat(RECORDS_FILE, `${supportCount} lines, one a support row as the manifest says`, rows.length);
  }
  const documents = rows.map((row) => (row.has('document') ? (row.textOrNull('document') ?? undefined) : undefined));
  const metadata = rows.map((row) => (row.has('metadata') ? row.freeObject('metadata') : undefined));
  const ids = rows.map((row) => row.text('id'));
  requireUniqueIds(ids, RECORDS_FILE);
  return {
    ids,
    labels: Int32Array.from(rows, (row) => classAt(row, 'label', { classCount, allowed: OUT_OF_DISTRIBUTION })),
    predictions: Int32Array.from(rows, (row) => classAt(row, 'predictedLabel', { classCount })),
    ...(documents.some((document) => document !== undefined) && { documents }),
    ...(metadata.some((record) => record !== undefined) && { metadata }),
  };
}

/** A class of a row, or the one other number that is `allowed`. Throws `label-out-of-range`. */
export function classAt(
  row: Fields,
  key: string,
  rule: { readonly classCount: number; readonly allowed?: number },
): number {
  const label = row.integer(key);
  if ((label >= 0 && label < rule.classCount) || label === rule.allowed) return label;
  const other = rule.allowed === undefined ? '' : ` or ${rule.allowed}`;
  throw new SdmError(
    'label-out-of-range',
    `${row.where}: "${key}" is ${label}, wanted 0 … ${rule.classCount - 1}${other}; correct the row or save the model again`,
  );
}

/** Throws `duplicate-id` at the first id that occurred before, also under Unicode NFC; line i of the file holds id i − 1. */
export function requireUniqueIds(ids: readonly string[], name: string): void {
  const seen = new Set<string>();
  ids.forEach((id, i) => {
    const key = id.normalize('NFC');
    if (seen.has(key)) {
      throw new SdmError(
        'duplicate-id',
        `${name}, line ${i + 1}: id ${JSON.stringify(id)} occurs before; ids must differ, also under Unicode NFC`,
      );
    }
    seen.add(key);
  });
}
