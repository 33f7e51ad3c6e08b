import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoder } from '@sdmjs/adapters';
import { cacheEncoder } from '@sdmjs/adapters/node';
import { BACKEND_NAMES } from '@sdmjs/backends';
import { SdmError } from '@sdmjs/core';
import { readTextRows, requireWritableFile, writeFileAtomically } from '@sdmjs/interchange/node';
import { type Command, Option } from 'commander';
import { embeddedLines, type EmbeddingCounts } from '../embed/embedded-lines.js';
import { ENCODERS, type EncoderOptions, requireFittingOptions } from '../embed/encoder-options.js';
import { openEncoder } from '../embed/open-encoder.js';
import { representationPath, writeRepresentation } from '../embed/representation-file.js';
import { EXIT } from '../exit-codes.js';
import { makeFolder } from '../make-folder.js';
import { count, givenPath, inputPath, numberBetween } from '../options.js';
import { requireOwnPlaces } from '../places.js';
import type { VerbHost } from '../program.js';
import type { Session } from '../terminal/session.js';

interface EmbedOptions extends EncoderOptions {
  readonly input: string;
  readonly output: string;
  readonly textField: string;
  readonly batchSize?: number;
  /** False under `--no-cache`. */
  readonly cache: boolean;
  readonly cacheFolder?: string;
  readonly json?: boolean;
}

export function addEmbed({ verb, run }: VerbHost): void {
  const command = verb('embed', 'turn rows with texts into the same rows with features', [
    'sdm embed --input texts.jsonl --output rows.jsonl',
    'sdm embed --input texts.jsonl --output rows.jsonl --encoder openai --model text-embedding-3-small --dimensions 512',
    'sdm embed --input texts.jsonl --output rows.jsonl --encoder openai --url http://127.0.0.1:8080/v1 --model nomic-embed-text --prefix "classification: "',
    'sdm embed --input texts.jsonl --output rows.jsonl --encoder transformers --model mixedbread-ai/mxbai-embed-xsmall-v1 --dtype q8',
    'sdm embed --input texts.jsonl --output rows.jsonl --encoder language-model --folder runs/writer/language-model',
  ]);
  command
    .requiredOption('--input <file>', 'rows with texts as JSON Lines', inputPath)
    .option(
      '--output <file>',
      'where the rows go, - for standard output (then --json events go to standard error)',
      givenPath,
      '-',
    )
    .option('--text-field <name>', 'member of a row that holds its text', 'document')
    .addOption(new Option('--encoder <name>', 'what encodes the texts').choices(ENCODERS).default(ENCODERS[0]))
    .option('--batch-size <texts>', "texts encoded at a time (default: the encoder's own)", count(1))
    .option(
      '--cache-folder <folder>',
      'where features of texts are kept (default: ~/.cache/sdmjs/embeddings)',
      givenPath,
    )
    .option('--no-cache', 'keep no features, and use none that were kept');
  addEncoderOptions(command);
  run(command, embed, ({ output }) => ({ keepsStdoutFree: true, rowsOnStdout: output === '-' }));
}

function addEncoderOptions(command: Command): void {
  command
    .option('--model <name>', 'openai: its name; transformers: a name of the hub, or a folder')
    .option('--folder <folder>', 'language-model: of the model; universal-sentence-encoder: of its files', givenPath)
    .option('--revision <text>', 'openai, transformers: of the model; part of the fingerprint')
    .addOption(new Option('--prefix <text>', 'put before every text, such as "query: "').conflicts('template'))
    .option('--template <text>', 'with {text} where the text goes, such as "{text} <verified>"')
    .option('--max-tokens <number>', 'universal-sentence-encoder, language-model: read of a text', count(1))
    .addOption(
      new Option('--backend <name>', 'universal-sentence-encoder, language-model: TensorFlow.js device').choices(
        BACKEND_NAMES,
      ),
    )
    .option(
      '--url <url>',
      'openai: up to and without /embeddings; not part of the fingerprint (default: https://api.openai.com/v1)',
    )
    .option('--dimensions <number>', 'openai: numbers to ask for', count(1))
    .option(
      '--api-key-variable <name>',
      'openai: environment variable with the key (default: OPENAI_API_KEY, and none with --url)',
    )
    .option('--requests-per-minute <number>', 'openai: no more than these', numberBetween(0.001, 1e9))
    .option('--max-retries <number>', 'openai: requests after one that failed (default: 5)', count(0))
    .option('--timeout <seconds>', 'openai: for one request (default: 60)', numberBetween(0.001, 1e6))
    .addOption(new Option('--pooling <name>', 'transformers: of token states (default: mean)').choices(['mean', 'cls']))
    .option('--dtype <name>', 'transformers: of the weights, such as q8 (default: fp32)')
    .option('--no-normalize', 'transformers: do not scale rows to length 1');
}

/** Looks at everything, then encodes and writes. Resolves to 130 when stopped: the cache keeps what was encoded. */
async function embed(options: EmbedOptions, session: Session): Promise<number> {
  const { input, output } = options;
  const { signal } = session.interrupts;
  requireFittingOptions(options);
  const beside = representationPath(output);
  requireOwnPlaces({
    inputs: [{ option: '--input', path: input }],
    outputs: [
      { option: '--output', path: output },
      { option: '--output', path: beside },
    ],
  });
  if (output !== '-') await requireWritableFile(output);
  if (beside !== undefined) await requireWritableFile(beside);
  const folder = cacheFolderOf(options, session);
  if (folder !== undefined) await requireCache(folder);
  const total = await countRows(options, session);
  const { environment } = session.host;
  const opened = await openEncoder(options, { environment, say: (line) => session.say(line) });
  const encoder = folder === undefined ? opened : cacheEncoder({ encoder: opened, folder });
  const counts: EmbeddingCounts = { rows: 0, fromCache: 0, features: 0 };
  const rows = readTextRows(input, { textField: options.textField, signal });
  const progress = session.startProgress('encoding', total ?? 0);
  const lines = embeddedLines({ encoder, rows, total, batchSize: options.batchSize, progress, signal }, counts);
  try {
    if (output !== '-') await writeFileAtomically(output, lines);
    else for await (const text of lines) await session.stdout.write(text);
  } catch (error) {
    if (!SdmError.is(error, 'aborted') || folder === undefined) throw error;
    session.say(`stopped; what was encoded stays in ${folder}, so that the same command goes on from there`);
    session.tell('stopped', { ...counts, cacheFolder: folder });
    return EXIT.interrupted;
  } finally {
    encoder.dispose();
  }
  await finish({ encoder, counts, output, beside }, session);
  return 0;
}

interface Finished {
  readonly encoder: Encoder;
  readonly counts: EmbeddingCounts;
  readonly output: string;
  /** Where to say what made the rows. */
  readonly beside: string | undefined;
}

async function finish({ encoder, counts, output, beside }: Finished, session: Session): Promise<void> {
  const { representation } = encoder;
  if (beside !== undefined) await writeRepresentation(beside, representation);
  session.tell('result', { output, ...counts, representation });
  session.say(`${counts.rows} rows of ${counts.features} features, ${counts.fromCache} from the cache`);
  session.say(`fingerprint ${representation.fingerprint}`);
  if (beside !== undefined) session.say(`in ${output}, and what made them in ${beside}`);
}

/** Reads all rows before any is encoded, so that the last one is no surprise. A pipe can be read only once: undefined. */
async function countRows({ input, textField }: EmbedOptions, session: Session): Promise<number | undefined> {
  const status = statSync(input, { throwIfNoEntry: false });
  if (status !== undefined && !status.isFile() && !status.isDirectory()) return undefined;
  let rows = 0;
  for await (const group of readTextRows(input, { textField, signal: session.interrupts.signal })) rows += group.length;
  return rows;
}

function cacheFolderOf({ cache, cacheFolder }: EmbedOptions, { host }: Session): string | undefined {
  return cache ? (cacheFolder ?? join(host.cacheFolder, 'embeddings')) : undefined;
}

async function requireCache(folder: string): Promise<void> {
  makeFolder(folder);
  await requireWritableFile(join(folder, 'entry'));
}
