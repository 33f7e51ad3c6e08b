import { SdmError } from '@sdmjs/core';

/** A prompt with a completion that is right (`label` 1, VERIFIED) or not (0, REFUTED). */
export interface NetworkDocument {
  readonly id: string;
  readonly prompt: readonly number[];
  /** Ended by the delimiter. */
  readonly completion: readonly number[];
  readonly label: number;
}

/** Throws `empty-input` or `bad-format` for documents that cannot be trained on. */
export function requireDocuments(documents: readonly NetworkDocument[], delimiter: number, what: string): void {
  if (documents.length === 0) throw new SdmError('empty-input', `trainSdmNetwork: ${what} has no documents`);
  for (const { id, prompt, completion } of documents) {
    if (prompt.length > 0 && completion.at(-1) === delimiter) continue;
    throw new SdmError(
      'bad-format',
      `trainSdmNetwork: "${id}" of ${what}: wanted a prompt, and a completion that ends with the delimiter ${delimiter}`,
    );
  }
}
