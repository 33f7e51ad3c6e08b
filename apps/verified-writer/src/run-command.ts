import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type BackendName, chooseBackend } from '@sdmjs/backends';
import { SdmError } from '@sdmjs/core';
import { chooseTargetAccuracy } from '@sdmjs/estimator';
import { answerPrompt } from './answer-prompt.js';
import { buildCorpus, readCorpusTexts, SET_NAMES, SET_TITLES, type Corpus } from './corpus/build-corpus.js';
import { loadWriter } from './load-writer.js';
import { type Preset, presetNamed } from './presets.js';
import { largestServed } from './report/explain-regions.js';
import { run } from './run.js';
import { openRunFolder, readRunFolder, readSettings } from './run-folder.js';
import { createTerminal, type Terminal } from './terminal/progress.js';

/** The command line, parsed. */
export interface CommandOptions {
  readonly preset: string;
  readonly seed: number;
  readonly run?: string;
  readonly alpha: number;
  readonly backend?: string;
  readonly prompt?: string;
  readonly interactive?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'once'>;

/** The step of the ladder of target accuracies. */
const ALPHA_RESOLUTION = 0.05;
const INTERRUPTED = 130;

/** Does what the command line says; resolves to the exit code. Throws `SdmError` for every mistake of the person who typed it. */
export async function runCommand(options: CommandOptions, streams: Streams): Promise<number> {
  const preset = presetNamed(options.preset);
  const targetAccuracy = chooseTargetAccuracy(ALPHA_RESOLUTION, options.alpha);
  const path = options.run ?? join('runs', `${preset.name}-${options.seed}`);
  const terminal = createTerminal(options.json ? streams.stderr : streams.stdout);
  if (options.prompt !== undefined || options.interactive) {
    await answerPeople({ ...options, path, targetAccuracy }, terminal, streams);
    return 0;
  }
  return trainAndReport({ ...options, path, preset, targetAccuracy }, terminal, streams);
}

interface Settings extends Pick<CommandOptions, 'seed' | 'backend' | 'prompt' | 'fresh' | 'json'> {
  readonly path: string;
  readonly targetAccuracy: number;
}

async function trainAndReport(
  settings: Settings & { readonly preset: Preset },
  terminal: Terminal,
  streams: Streams,
): Promise<number> {
  const { preset, seed, path, targetAccuracy } = settings;
  const folder = openRunFolder(path, { preset, seed }, settings.fresh ? { fresh: true } : {});
  const backend = await startBackend(settings);
  terminal.say(`Runs on ${backend.describe()}`);
  const corpus = buildCorpus(readCorpusTexts(), preset.corpus, { seed });
  terminal.say(`Preset ${preset.name}, seed ${seed}, in ${folder.path}; ${describeCorpus(corpus)}`);
  const stop = new AbortController();
  streams.once('SIGINT', () => stop.abort());
  try {
    const isGpu = backend.name === 'webgpu' || backend.name === 'tensorflow-gpu';
    const device = { device: backend.describe(), updateOn: isGpu ? ('device' as const) : ('cpu' as const) };
    const context = { preset, seed, folder, terminal, corpus, signal: stop.signal, ...device };
    const results = await run(context, { targetAccuracy });
    terminal.say(`\nSaved in ${folder.path}. Try --interactive, or --prompt "…".`);
    if (settings.json) streams.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
    return 0;
  } catch (error) {
    if (!SdmError.is(error, 'aborted')) throw error;
    terminal.say('\nStopped. The same command goes on from the last checkpoint.');
    return INTERRUPTED;
  }
}

async function answerPeople(settings: Settings, terminal: Terminal, streams: Streams): Promise<void> {
  const { path, prompt, targetAccuracy } = settings;
  const folder = readRunFolder(path);
  const { answerLength } = readSettings(folder).preset.corpus;
  await startBackend(settings);
  const writer = await loadWriter(folder, answerLength);
  const served = largestServed(writer.estimator.nestedRegions.regions, targetAccuracy) ?? targetAccuracy;
  if (served !== targetAccuracy)
    terminal.say(`No region at α = ${targetAccuracy} in this run; verdicts are at ${served}.`);
  const answer = async (text: string) =>
    terminal.say(`${await answerPrompt(writer, text, { answerLength, targetAccuracy: served })}\n`);
  if (prompt !== undefined) {
    await answer(prompt);
    return;
  }
  terminal.say(
    `Type a sentence; its last ${answerLength} words are shuffled and put in order again. An empty line ends.`,
  );
  const lines = createInterface({ input: streams.stdin, output: streams.stdout, prompt: '> ' });
  lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '') break;
    await answer(line).catch((error: unknown) => {
      if (!SdmError.is(error)) throw error;
      terminal.say(`${withoutFunctionName(error.message)}\n`);
    });
    lines.prompt();
  }
  lines.close();
}

function startBackend({ backend }: Settings) {
  return chooseBackend(backend === undefined ? {} : { force: backend as BackendName });
}

function describeCorpus({ fineTuning, sets }: Corpus): string {
  const counts = SET_NAMES.map((name) => `${sets[name].length.toLocaleString('en')} ${SET_TITLES[name]}`);
  return `${fineTuning.length.toLocaleString('en')} places to fine-tune on; items: ${counts.join(', ')}`;
}

/** An error message as a person at the keyboard wants it. */
export function withoutFunctionName(message: string): string {
  return message.replace(/^\w+: /, '');
}
