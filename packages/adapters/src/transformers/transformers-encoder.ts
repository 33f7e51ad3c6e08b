import { createMatrix, type Matrix, SdmError } from '@sdmjs/core';
import { encodeInBatches } from '../encode-in-batches.js';
import type { Encoder } from '../encoder.js';
import { fillTemplate, representationOf } from '../representation.js';

/** What is used of transformers.js's `pipeline`. */
export type Pipeline = (
  task: 'feature-extraction',
  model: string,
  options: { readonly revision: string; readonly dtype: string },
) => Promise<ExtractFeatures>;

/** What is used of its feature extraction. */
export interface ExtractFeatures {
  (
    texts: string[],
    options: { readonly pooling: 'mean' | 'cls'; readonly normalize: boolean },
  ): Promise<{ readonly data: ArrayLike<number>; readonly dims: readonly number[]; dispose?(): void }>;
  dispose?(): Promise<unknown>;
}

export interface TransformersEncoderOptions {
  /** `pipeline` of `@huggingface/transformers`, configured as you like (its `env` says whether the hub may be asked). */
  readonly pipeline: Pipeline;
  /** A model of the hub, or the name of a folder: `localModel` of `@sdmjs/adapters/node` gives it with the revision that its files are. */
  readonly model: string;
  /** A commit says more than a branch. @default 'main' */
  readonly revision?: string | undefined;
  /** @default 'fp32' */
  readonly dtype?: string | undefined;
  /** @default 'mean' */
  readonly pooling?: 'mean' | 'cls' | undefined;
  /** Whether rows are scaled to length 1. @default true */
  readonly normalize?: boolean | undefined;
  /** With `{text}` where the text goes, such as `query: {text}`. */
  readonly template?: string | undefined;
  /** @default 16 */
  readonly batchSize?: number | undefined;
}

const WHERE = 'transformers encoder';

/** An encoder over the feature extraction of transformers.js. Throws `request-failed` when the model does not load, `shape-mismatch`. */
export async function createTransformersEncoder(options: TransformersEncoderOptions): Promise<Encoder> {
  const { model, revision = 'main', dtype = 'fp32', pooling = 'mean', normalize = true, batchSize = 16 } = options;
  const template = options.template ?? null;
  const fill = fillTemplate(template);
  const extract = await load(options.pipeline, model, { revision, dtype });

  async function encodeBatch(texts: readonly string[]): Promise<Matrix> {
    const output = await extract(texts.map(fill), { pooling, normalize }); // [texts, features]
    const [rows, columns, ...more] = output.dims;
    if (rows === undefined || columns === undefined || more.length > 0) {
      throw new SdmError('shape-mismatch', `${WHERE}: wanted a row a text, got [${output.dims.join(', ')}]`);
    }
    const values = Float32Array.from(output.data);
    output.dispose?.();
    return createMatrix(rows, columns, values);
  }

  return {
    batchSize,
    representation: await representationOf({
      provider: '@sdmjs/adapters/transformers',
      model,
      revision,
      dtype,
      pooling: normalize ? `${pooling}, length 1` : pooling,
      template,
    }),
    encode: (texts, request) => encodeInBatches({ where: WHERE, batchSize, encodeBatch }, texts, request),
    dispose: () => void extract.dispose?.().catch(() => undefined),
  };
}

async function load(
  pipeline: Pipeline,
  model: string,
  options: { readonly revision: string; readonly dtype: string },
): Promise<ExtractFeatures> {
  try {
    return await pipeline('feature-extraction', model, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${WHERE}: "${model}" (${options.dtype}, ${options.revision}) does not load: ${reason}`;
    throw new SdmError('request-failed', message, { cause });
  }
}
