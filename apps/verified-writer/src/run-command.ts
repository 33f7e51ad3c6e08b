import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createTerminal, openRunFolder, readRunFolder, runFolderAt } from '@sdmjs-tooling/app-kit';
import { type Backend, type BackendName, chooseBackend } from '@sdmjs/backends';
import { SdmError } from '@sdmjs/core';
import { chooseTargetAccuracy } from '@sdmjs/estimator';
import { tensorEngine } from '@sdmjs/training/tensor';
import { answerPrompt } from './answer-prompt.js';
import { buildCorpus, readCorpusTexts, SET_NAMES, SET_TITLES, type Corpus } from './corpus/build-corpus.js';
import { loadWriter } from './load-writer.js';
import { armsNamed } from './arms.js';
import { type Preset, presetNamed } from './presets.js';
import { largestServed } from './report/explain-regions.js';
import type { NetworkEvidence } from './network/network-evidence.js';
import type { RunContext } from './run-context.js';
import { runNetwork } from './network/run-network.js';
import { runArm } from './run-arm.js';
import type { RunResults } from './report/write-report.js';

/** The command line of training, parsed. */
export interface TrainOptions extends PlaceOptions {
  /** Comma-separated names of arms. */
  readonly arm: string;
  readonly seeds: readonly number[];
  readonly fits: number;
  readonly parallelRounds: number;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

/** The command line of a chat, parsed. */
export interface ChatOptions extends PlaceOptions {
  readonly arm: string;
  readonly seed: number;
}

interface PlaceOptions {
  readonly preset: string;
  /** Folder of what is kept; a run of its own where there are several seeds. */
  readonly run?: string;
  readonly alpha: number;
  readonly backend?: string;
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'once'>;

/** The step of the ladder of target accuracies. */
const ALPHA_RESOLUTION = 0.05;
const INTERRUPTED = 130;

/** Trains, calibrates and reports every arm with every seed; resolves to the exit code. Throws `SdmError` for every mistake of the person who typed it. */
export async function train(options: TrainOptions, streams: Streams): Promise<number> {
  const preset = presetNamed(options.preset);
  const arms = armsNamed(options.arm);
  const targetAccuracy = chooseTargetAccuracy(ALPHA_RESOLUTION, options.alpha);
  const terminal = createTerminal(options.json ? streams.stderr : streams.stdout, streams.stderr);
  const openFolder = options.fresh ? { fresh: true } : {};
  const runs = options.seeds.map((seed) => {
    const shared = openRunFolder(runPath(options, seed), { preset, seed }, openFolder);
    return { seed, shared };
  });
  const backend = await startBackend(options.backend);
  terminal.say(`Runs on ${backend.describe()}`);
  const stop = new AbortController();
  streams.once('SIGINT', () => stop.abort());
  const results: (RunResults | NetworkEvidence)[] = [];
  try {
    for (const { seed, shared } of runs) {
      const corpus = buildCorpus(readCorpusTexts(), preset.corpus, { seed });
      terminal.say(`Preset ${preset.name}, seed ${seed}, in ${shared.path}; ${describeCorpus(corpus)}`);
      const siblingFolder = (arm: string) => runFolderAt(shared.pathOf(arm));
      for (const arm of arms) {
        const folder = openRunFolder(shared.pathOf(arm.name), { preset, seed, arm: arm.name });
        terminal.say(`\nArm ${arm.name}: ${arm.title}`);
        const device = backend.describe();
        const shares = {
          ...placesOn(backend, options.parallelRounds),
          preset,
          seed,
          shared,
          terminal,
          corpus,
          siblingFolder,
          signal: stop.signal,
          device,
        };
        const runKind = arm.isNetwork ? runNetwork : runArm;
        results.push(await runKind({ ...shares, arm, folder }, { targetAccuracy, fitCount: options.fits }));
        terminal.say(`\nSaved in ${folder.path}. Try \`verified-writer chat\` with the same options.`);
      }
    }
    if (options.json) streams.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
    return 0;
  } catch (error) {
    if (!SdmError.is(error, 'aborted')) throw error;
    terminal.say('\nStopped. The same command goes on from the last checkpoint.');
    return INTERRUPTED;
  }
}

/** `--run` names the folder of one seed, or the folder of the folders of several. */
function runPath(
  { run, preset, seeds }: Pick<TrainOptions, 'run' | 'preset'> & { readonly seeds?: readonly number[] },
  seed: number,
) {
  if (run === undefined) return join('runs', `${preset}-${seed}`);
  return seeds === undefined || seeds.length === 1 ? run : join(run, `${preset}-${seed}`);
}

/** Answers one prompt, or prompts as they are typed, with the models of a finished arm. Throws `SdmError` like `train`. */
export async function chat(prompt: string | undefined, options: ChatOptions, streams: Streams): Promise<void> {
  const targetAccuracy = chooseTargetAccuracy(ALPHA_RESOLUTION, options.alpha);
  const terminal = createTerminal(streams.stdout, streams.stderr);
  const [arm, ...others] = armsNamed(options.arm);
  if (arm === undefined || others.length > 0) throw new SdmError('out-of-range', 'chat: wanted one arm');
  const { folder, settings } = readRunFolder(join(runPath(options, options.seed), arm.name));
  const { answerLength } = (settings as { preset: Preset }).preset.corpus;
  await startBackend(options.backend);
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

/** A GPU trains the layers, too, and keeps weights and moments; the CPU does both without tensors. */
function placesOn(
  { name, tf }: Backend,
  parallelRounds: number,
): Pick<RunContext, 'engine' | 'parallelRounds' | 'updateOn'> {
  const isGpu = name === 'webgpu' || name === 'tensorflow-gpu';
  return isGpu ? { engine: tensorEngine(tf), updateOn: 'device' } : { parallelRounds, updateOn: 'cpu' };
}

function startBackend(backend: string | undefined) {
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
