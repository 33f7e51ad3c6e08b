import { SdmError } from '@sdmjs/core';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '@sdmjs/interchange';
import { completeConfig, type DecoderConfig } from './config.js';
import { createDecoderFrom, type Decoder } from './decoder.js';
import { namedWeights } from './decoder-weights.js';
import { isJsonObject, parseJsonAs } from './parse-json.js';
import { createTokenizer, type Tokenizer } from './tokenizer.js';

/** The contents of a model folder. */
export interface LanguageModelFiles {
  /** `config.json` */
  readonly config: string;
  /** `tokenizer.json` */
  readonly tokenizer: string;
  /** `model.safetensors` */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** The files of a decoder and its tokenizer; equal models give equal bytes. */
export async function encodeLanguageModel(decoder: Decoder, tokenizer: Tokenizer): Promise<LanguageModelFiles> {
  const tensors = new Map<string, NamedArray>();
  for (const [name, weight] of namedWeights(decoder.weights)) {
    tensors.set(name, { shape: weight.shape, values: (await weight.data()) as Float32Array });
  }
  const config = Object.fromEntries(CONFIG_FIELDS.map((field) => [field, decoder.config[field]]));
  return {
    config: `${JSON.stringify({ formatVersion: FORMAT_VERSION, architecture: ARCHITECTURE, ...config }, null, 2)}\n`,
    tokenizer: `${JSON.stringify(tokenizer.toJSON())}\n`,
    weights: encodeSafetensors(tensors, { format: 'sdmjs' }),
  };
}

/**
 * Decoder and tokenizer from their files. Throws `unsupported-version`, `bad-format` (malformed, cut off, tensors missing or too many),
 * `shape-mismatch` (sizes that do not fit the configuration) or `not-finite`.
 */
export function decodeLanguageModel(files: LanguageModelFiles): { decoder: Decoder; tokenizer: Tokenizer } {
  const config = readConfig(files.config);
  const tokenizer = createTokenizer(parseJsonAs(files.tokenizer, isJsonObject, 'tokenizer.json'));
  if (tokenizer.vocabularySize > config.vocabularySize) {
    throw new SdmError(
      'shape-mismatch',
      `decodeLanguageModel: tokenizer.json has ${tokenizer.vocabularySize} tokens, config.json ${config.vocabularySize}`,
    );
  }
  const { tensors } = decodeSafetensors(files.weights);
  const used = new Set<string>();
  const decoder = createDecoderFrom(config, (name, shape) => {
    used.add(name);
    return valuesOf(tensors, name, shape);
  });
  const extra = [...tensors.keys()].filter((name) => !used.has(name));
  if (extra.length === 0) return { decoder, tokenizer };
  decoder.dispose();
  throw new SdmError('bad-format', `model.safetensors: unexpected tensors ${extra.join(', ')}`);
}

const FORMAT_VERSION = 1;
const ARCHITECTURE = 'sdmjs-decoder';
const CONFIG_FIELDS = [
  ...(['vocabularySize', 'contextLength', 'width', 'layerCount', 'headCount', 'feedForwardSize'] as const),
  ...(['ropeBase', 'embeddingScale', 'logitScale', 'normEpsilon'] as const),
];

/** The configuration in a `config.json`. Throws `bad-format`, `unsupported-version` or `out-of-range`. */
export function readConfig(text: string): Required<DecoderConfig> {
  const file = parseJsonAs(text, isJsonObject, 'config.json');
  if (file['architecture'] !== ARCHITECTURE) {
    throw new SdmError('bad-format', `config.json: wanted architecture "${ARCHITECTURE}", got ${file['architecture']}`);
  }
  if (file['formatVersion'] !== FORMAT_VERSION) {
    throw new SdmError(
      'unsupported-version',
      `config.json: wanted format version ${FORMAT_VERSION}, got ${file['formatVersion']}; load it with the release that wrote it`,
    );
  }
  const fields = CONFIG_FIELDS.map((field) => {
    const value = file[field];
    if (typeof value !== 'number') throw new SdmError('bad-format', `config.json: ${field} is not a number`);
    return [field, value] as const;
  });
  return completeConfig(Object.fromEntries(fields) as Record<(typeof CONFIG_FIELDS)[number], number>);
}

function valuesOf(tensors: ReadonlyMap<string, NamedArray>, name: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(name);
  if (!found) throw new SdmError('bad-format', `model.safetensors: ${name} is missing`);
  if (found.shape.join() !== shape.join()) {
    throw new SdmError('shape-mismatch', `model.safetensors: ${name} is [${found.shape}], wanted [${shape}]`);
  }
  if (!found.values.every((value) => Number.isFinite(value))) {
    throw new SdmError('not-finite', `model.safetensors: ${name} holds NaN or an infinity`);
  }
  return found.values;
}
