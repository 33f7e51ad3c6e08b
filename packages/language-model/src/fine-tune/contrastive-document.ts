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
