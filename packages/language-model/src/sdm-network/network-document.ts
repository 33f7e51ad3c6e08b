import { SdmError } from '@sdmjs/core';
import { REFUTED, VERIFIED } from '../contrastive-masking.js';

/** A prompt with a completion that is right (`label` 1, VERIFIED) or not (0, REFUTED). */
export interface NetworkDocument {
  readonly id: string;
  readonly prompt: readonly number[];
  /** Ended by the delimiter. */
  readonly completion: readonly number[];
  readonly label: number;
}

/** What documents have to fit, and how to name them. */
export interface DocumentLimits {
  readonly delimiter: number;
  readonly maxNewTokens: number;
  readonly contextLength: number;
  readonly where: string;
  readonly what: string;
}

/** Throws `empty-input`, `bad-format`, `label-out-of-range` or `context-exceeded` for documents that cannot be trained on. */
export function requireDocuments(documents: readonly NetworkDocument[], limits: DocumentLimits): void {
  const { where, what } = limits;
  if (documents.length === 0) throw new SdmError('empty-input', `${where}: ${what} has no documents`);
  for (const document of documents) requireDocument(document, limits);
}

function requireDocument(
  { id, prompt, completion, label }: NetworkDocument,
  { delimiter, maxNewTokens, contextLength, where, what }: DocumentLimits,
): void {
  if (prompt.length === 0 || completion.at(-1) !== delimiter) {
    throw new SdmError(
      'bad-format',
      `${where}: "${id}" of ${what}: wanted a prompt, and a completion that ends with the delimiter ${delimiter}`,
    );
  }
  if (label !== REFUTED && label !== VERIFIED) {
    throw new SdmError(
      'label-out-of-range',
      `${where}: "${id}" of ${what}: wanted label 1 for a right completion or 0 for a wrong one, got ${label}`,
    );
  }
  const room = contextLength - prompt.length;
  if (completion.length <= room && maxNewTokens <= room) return;
  throw new SdmError(
    'context-exceeded',
    `${where}: "${id}" of ${what}: the context of ${contextLength} leaves ${room} tokens after the prompt, the completion has ${completion.length} and maxNewTokens is ${maxNewTokens}; shorten the prompt or lower maxNewTokens`,
  );
}

/** Throws `class-missing` unless there are right and wrong documents, which a layer has to tell apart. */
export function requireBothLabels(
  documents: readonly NetworkDocument[],
  { where, what }: Pick<DocumentLimits, 'where' | 'what'>,
): void {
  for (const wanted of [REFUTED, VERIFIED]) {
    if (documents.some(({ label }) => label === wanted)) continue;
    throw new SdmError(
      'class-missing',
      `${where}: ${what} has no document with label ${wanted}, and a layer learns from both; add prompts with a ${wanted === VERIFIED ? 'right' : 'wrong'} completion`,
    );
  }
}

/** Ids for a message: the first few, and how many more. */
export function idsOf(documents: readonly Pick<NetworkDocument, 'id'>[]): string {
  const named = documents.slice(0, 5).map(({ id }) => `"${id}"`);
  const rest = documents.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
