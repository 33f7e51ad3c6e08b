import { type Example, rowOf } from '@sdmjs/core';
import type { EncodeOptions, Encoder } from './encoder.js';

/** An example before it has features. */
export interface TextExample {
  readonly id: string;
  readonly label: number;
  readonly text: string;
  /** What is shown of it later. @default the text */
  readonly document?: string | undefined;
}

/** Examples for `trainModel`: each text encoded, in order. Throws as the encoder does. */
export async function encodeExamples(
  encoder: Encoder,
  rows: readonly TextExample[],
  options?: EncodeOptions,
): Promise<Example[]> {
  const features = await encoder.encode(
    rows.map(({ text }) => text),
    options,
  );
  return rows.map(({ id, label, text, document = text }, i) => ({
    id,
    label,
    document,
    features: rowOf(features, i).slice(),
  }));
}
