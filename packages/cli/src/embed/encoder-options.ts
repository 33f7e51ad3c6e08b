import { SdmError } from '@sdmjs/core';

export const ENCODERS = ['universal-sentence-encoder', 'openai', 'transformers', 'language-model'] as const;
export type EncoderName = (typeof ENCODERS)[number];

/** What a command line says about its encoder; undefined: the encoder's own default. */
export interface EncoderOptions {
  readonly encoder: EncoderName;
  readonly folder?: string;
  readonly maxTokens?: number;
  readonly backend?: string;
  readonly model?: string;
  readonly revision?: string;
  readonly prefix?: string;
  readonly template?: string;
  readonly url?: string;
  readonly dimensions?: number;
  readonly apiKeyVariable?: string;
  readonly requestsPerMinute?: number;
  readonly maxRetries?: number;
  readonly timeout?: number;
  readonly pooling?: 'mean' | 'cls';
  readonly dtype?: string;
  /** False under `--no-normalize`. */
  readonly normalize: boolean;
}

type ChoiceName = Exclude<keyof EncoderOptions, 'encoder'>;

/** Which options an encoder takes. */
const CHOICES: Readonly<Record<EncoderName, readonly ChoiceName[]>> = {
  'universal-sentence-encoder': ['folder', 'maxTokens', 'backend'],
  openai: [
    'model',
    'revision',
    'prefix',
    'template',
    'url',
    'dimensions',
    'apiKeyVariable',
    'requestsPerMinute',
    'maxRetries',
    'timeout',
  ],
  transformers: ['model', 'revision', 'prefix', 'template', 'pooling', 'dtype', 'normalize'],
  'language-model': ['folder', 'prefix', 'template', 'maxTokens', 'backend'],
};

const REQUIRED: Readonly<Record<EncoderName, readonly ChoiceName[]>> = {
  'universal-sentence-encoder': [],
  openai: ['model'],
  transformers: ['model'],
  'language-model': ['folder'],
};

/** Throws `bad-format` for an option that is another encoder's, or one that is missing. */
export function requireFittingOptions(options: EncoderOptions): void {
  const { encoder } = options;
  const given = Object.values(CHOICES)
    .flat()
    .filter((name) => (name === 'normalize' ? !options.normalize : options[name] !== undefined));
  const foreign = given.find((name) => !CHOICES[encoder].includes(name));
  if (foreign !== undefined) {
    const owners = ENCODERS.filter((name) => CHOICES[name].includes(foreign));
    const message = `sdm embed: ${flagOf(foreign)} is for --encoder ${owners.join(' or ')}, not ${encoder}; leave it out or choose that encoder`;
    throw new SdmError('bad-format', message);
  }
  const missing = REQUIRED[encoder].find((name) => options[name] === undefined);
  if (missing === undefined) return;
  throw new SdmError('empty-input', `sdm embed: --encoder ${encoder} needs ${flagOf(missing)}; see sdm embed --help`);
}

/** `{text}` and what stands before it. */
export function templateOf({ prefix, template }: EncoderOptions): string | undefined {
  return prefix === undefined ? template : `${prefix}{text}`;
}

function flagOf(name: ChoiceName): string {
  if (name === 'normalize') return '--no-normalize';
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
