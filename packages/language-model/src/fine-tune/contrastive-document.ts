import { SdmError } from '@sdmjs/core';

/** A prompt with a right and a wrong completion, both without `<verified>` and verdict. */
export interface ContrastiveDocument {
  /** Unique over all documents of a run. */
  readonly id: string;
  readonly prompt: readonly number[];
  readonly positive: readonly number[];
  /** The static negative. */
  readonly negative: readonly number[];
  /** See `encodeContrastive`. @default 0 */
  readonly textLength?: number;
}

/** A completion drawn for a document. */
export interface DrawnCompletion {
  readonly document: ContrastiveDocument;
  readonly completion: readonly number[];
  /** VERIFIED for the positive, REFUTED for any negative. */
  readonly label: number;
}

/** Throws `empty-input`, `duplicate-id`, `bad-format` or `context-exceeded` before anything is trained. */
export function requireContrastive(
  documents: readonly ContrastiveDocument[],
  { what, room, taken }: { readonly what: string; readonly room: number; readonly taken: Set<string> },
): void {
  const where = `documents of the ${what}`;
  if (documents.length === 0) throw new SdmError('empty-input', `${where}: wanted at least one`);
  for (const { id, prompt, positive, negative } of documents) {
    if (taken.has(id)) throw new SdmError('duplicate-id', `${where}: "${id}" occurs before`);
    taken.add(id);
    if (prompt.length === 0 || positive.join() === negative.join()) {
      throw new SdmError('bad-format', `${where}: "${id}": wanted a prompt, and a negative unlike the positive`);
    }
    const length = prompt.length + Math.max(positive.length, negative.length);
    if (length <= room) continue;
    throw new SdmError(
      'context-exceeded',
      `${where}: "${id}" has ${length} tokens before its verdict, the context has room for ${room}`,
    );
  }
}
