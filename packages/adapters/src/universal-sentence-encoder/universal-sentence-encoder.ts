import { createMatrix, fingerprintOf, type Matrix, SdmError } from '@sdmjs/core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { encodeInBatches } from '../encode-in-batches.js';
import type { Encoder } from '../encoder.js';
import { representationOf } from '../representation.js';
import { createUnigramTokenizer, type Vocabulary } from './unigram-tokenizer.js';

/** The files of the lite model, as `readUniversalSentenceEncoder` of `@sdmjs/adapters/node` reads them. */
export interface UniversalSentenceEncoderFiles {
  /** `model.json`: `modelTopology` and `weightsManifest`. */
  readonly model: Uint8Array;
  /** The weight files that `model.json` lists, in its order. */
  readonly weights: readonly Uint8Array[];
  /** `vocab.json`. */
  readonly vocabulary: Uint8Array;
}

export interface UniversalSentenceEncoderOptions {
  /** Tokens read of a text; the rest is not looked at. @default 128 */
  readonly maxTokens?: number;
  /** @default 16 */
  readonly batchSize?: number;
}

interface ModelFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: tf.io.WeightsManifestEntry[] }[];
}

const WHERE = 'universal sentence encoder';

/**
 * The Universal Sentence Encoder, lite (arXiv 1803.11175), on the current TensorFlow.js device: 512 numbers of length 1 a text. Its revision
 * is the SHA-256 of the files. Throws `bad-format` for files of something else, `out-of-range` for a bad option.
 */
export async function createUniversalSentenceEncoder(
  files: UniversalSentenceEncoderFiles,
  { maxTokens = 128, batchSize = 16 }: UniversalSentenceEncoderOptions = {},
): Promise<Encoder> {
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
    throw new SdmError('out-of-range', `${WHERE}: wanted maxTokens >= 1, got ${maxTokens}`);
  }
  const revision = await fingerprintOf([files.model, ...files.weights, files.vocabulary]);
  const tokenizer = createUnigramTokenizer(parse(files.vocabulary, isVocabulary, 'vocab.json'));
  const model = await loadModel(files);
  const batchEncoder = {
    where: WHERE,
    batchSize,
    encodeBatch: (texts: readonly string[]) =>
      run(
        model,
        texts.map((text) => tokenizer.encode(text, maxTokens)),
      ),
  };
  return {
    batchSize,
    representation: await representationOf({
      provider: '@sdmjs/adapters/universal-sentence-encoder',
      model: 'universal-sentence-encoder-lite',
      revision,
      dtype: 'fp32',
      pooling: `of the model, first ${maxTokens} tokens`,
      template: null,
    }),
    encode: (texts, options) => encodeInBatches(batchEncoder, texts, options),
    dispose: () => model.dispose(),
  };
}

async function loadModel(files: UniversalSentenceEncoderFiles): Promise<GraphModel> {
  const { modelTopology, weightsManifest } = parse(files.model, isModelFile, 'model.json');
  try {
    return await loadGraphModel({
      load: async () => ({
        modelTopology,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: joined(files.weights),
      }),
    });
  } catch (cause) {
    throw new SdmError('bad-format', `${WHERE}: model.json and its weights do not load; take another copy`, { cause });
  }
}

/** The graph takes the tokens of all texts in one list, and for each its text and its place there. */
async function run(model: GraphModel, tokenLists: readonly number[][]): Promise<Matrix> {
  const places = tokenLists.flatMap((tokens, text) => tokens.map((_, place) => [text, place])).flat();
  const values = tf.tensor1d(tokenLists.flat(), 'int32'); // [tokens]
  const indices = tf.tensor2d(places, [values.size, 2], 'int32'); // [tokens, 2]
  try {
    const outputs = await model.executeAsync({ values, indices }); // [texts, 512]
    const [output] = Array.isArray(outputs) ? outputs : [outputs];
    const data = (await output!.data()) as Float32Array;
    tf.dispose(outputs);
    return createMatrix(tokenLists.length, data.length / tokenLists.length, data);
  } finally {
    tf.dispose([values, indices]);
  }
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all.buffer;
}

function parse<Value>(bytes: Uint8Array, isWanted: (value: unknown) => value is Value, name: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new SdmError('bad-format', `${WHERE}: ${name} is no JSON`, { cause });
  }
  if (isWanted(value)) return value;
  throw new SdmError('bad-format', `${WHERE}: ${name} is not that of the model`);
}

function isModelFile(value: unknown): value is ModelFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'modelTopology' in value &&
    'weightsManifest' in value &&
    Array.isArray(value.weightsManifest)
  );
}

/** The published vocabulary has lost the scores of its pieces with a colon: they are null. */
function isVocabulary(value: unknown): value is Vocabulary {
  const isScore = (score: unknown) => score === null || typeof score === 'number';
  return (
    Array.isArray(value) &&
    value.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string' && isScore(entry[1]))
  );
}
