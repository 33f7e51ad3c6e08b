import { OUT_OF_DISTRIBUTION, SdmError } from '@sdmjs/core';
import type { SupportSet } from '@sdmjs/exemplars';
import { badFormat, type Fields, fieldsOf } from '../fields.js';
import type { JsonObject } from '../json.js';
import { decodeJsonLines, encodeJsonLines } from '../json-lines.js';
import { RECORDS_FILE } from './manifest.js';

/** A support set without its representations. */
export type SupportRecords = Omit<SupportSet, 'representations'>;

const KEYS = { required: ['id', 'label', 'predictedLabel'], optional: ['document', 'metadata'] };

/** The bytes of `support.jsonl`; documents and metadata only where there are any. */
export function encodeSupportRecords(records: SupportRecords): Uint8Array {
  return encodeJsonLines(writtenRecords(records), RECORDS_FILE);
}

function* writtenRecords({ ids, labels, predictions, documents, metadata }: SupportRecords) {
  for (const [i, id] of ids.entries()) {
    yield {
      id,
      label: labels[i],
      predictedLabel: predictions[i],
      document: documents?.[i],
      metadata: metadata?.[i],
    };
  }
}

/** Reads `support.jsonl`. Throws `bad-format`, `label-out-of-range` or `duplicate-id`. */
export function decodeSupportRecords(
  bytes: Uint8Array,
  { supportCount, classCount }: { readonly supportCount: number; readonly classCount: number },
): SupportRecords {
  const ids: string[] = [];
  const labels: number[] = [];
  const predictions: number[] = [];
  const documents: (string | undefined)[] = [];
  const metadata: (JsonObject | undefined)[] = [];
  // Row by row: what reads a row takes far more memory than what is kept of it.
  for (const { value, where } of decodeJsonLines(bytes, RECORDS_FILE)) {
    const row = fieldsOf(value, where, KEYS);
    ids.push(row.text('id'));
    labels.push(classAt(row, 'label', { classCount, allowed: OUT_OF_DISTRIBUTION }));
    predictions.push(classAt(row, 'predictedLabel', { classCount }));
    documents.push(row.has('document') ? (row.textOrNull('document') ?? undefined) : undefined);
    metadata.push(row.has('metadata') ? row.freeObject('metadata') : undefined);
  }
  if (ids.length !== supportCount) {
    throw badFormat(RECORDS_FILE, `${supportCount} lines, one a support row as the manifest says`, ids.length);
  }
  requireUniqueIds(ids, RECORDS_FILE);
  return {
    ids,
    labels: Int32Array.from(labels),
    predictions: Int32Array.from(predictions),
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
