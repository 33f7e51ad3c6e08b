import { COMPOSITIONS, type Composition } from '@sdmjs/interchange';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Places } from './places.js';

/** A whole number of at least `least`. */
export function count(least: number): (text: string) => number {
  return (text) => {
    if (isCount(text, least)) return Number(text);
    throw new InvalidArgumentError(`wanted a whole number >= ${least}`);
  };
}

/** A whole number of at least 1, or the word `auto`. */
export function countOrAuto(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (isCount(text, 1)) return Number(text);
  throw new InvalidArgumentError('wanted a whole number >= 1, or auto');
}

function isCount(text: string, least: number): boolean {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) && Number(text) >= least;
}

/** A number in [least, most], or without one of the ends. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`wanted a number from ${least} to ${most}`);
  };
}

/** A seed in [0, 2^64). */
export function seed(text: string): number | bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) {
    throw new InvalidArgumentError('wanted a whole number below 2^64');
  }
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** A path of anything. */
export function givenPath(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('wanted a path');
}

/** A file to read. */
export function inputPath(text: string): string {
  if (text === '-') throw new InvalidArgumentError('wanted a file; standard input is /dev/stdin');
  return givenPath(text);
}

/** Names with commas between them. */
export function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Target accuracies with commas between them. */
export function accuracies(text: string): number[] {
  return names(text).map(numberBetween(0.5, 1));
}

export interface ModelOptions {
  readonly model: string;
  /** False under `--no-verify-checksums`. */
  readonly verifyChecksums: boolean;
}

export interface InputOptions {
  readonly input: string;
  readonly composition: Composition;
  readonly representationFingerprint?: string;
}

/** The places that a verb of a model and rows reads and writes. */
export function placesOf({
  model,
  input,
  output,
}: {
  model?: string;
  input?: string;
  output?: string | undefined;
}): Places {
  return {
    inputs: [
      { option: '--model', path: model, isModel: true },
      { option: '--input', path: input },
    ],
    outputs: [{ option: '--output', path: output }],
  };
}

export function withModel(command: Command): Command {
  return withNamesOfPython(command)
    .requiredOption('--model <folder>', 'a .sdmkitmodel folder', inputPath)
    .option('--no-verify-checksums', 'do not compare the files of the model with their checksums');
}

/** Model options of the Python SDK that change nothing here: taken, so that its command lines run. */
export function withNamesOfPython(command: Command): Command {
  return withDeviceNames(command).addOption(
    new Option('--estimator <form>').choices(['centroid', 'lower']).default('centroid').hideHelp(),
  );
}

export function withInput(command: Command): Command {
  return withFeatures(command.requiredOption('--input <file>', 'rows as JSON Lines', inputPath));
}

/** What becomes the features of a row. */
export function withFeatures(command: Command): Command {
  return command
    .addOption(
      new Option('--composition <name>', 'which vectors of a row are its features')
        .choices(COMPOSITIONS)
        .default('auto'),
    )
    .option(
      '--representation-fingerprint <text>',
      'what the features must be; rows and model that say otherwise are refused',
    );
}

/** Options of the Python SDK about its devices: taken, so that its command lines run; the CPU is used. */
export function withDeviceNames(command: Command): Command {
  const hidden = (flags: string) => command.addOption(new Option(flags).hideHelp());
  command.addOption(new Option('--matching-backend <name>').choices(['torch']).hideHelp());
  command.addOption(new Option('--matching-device <name>').choices(['auto', 'cpu']).hideHelp());
  hidden('--matching-query-batch-size <rows>');
  hidden('--matching-support-tile-size <rows>');
  return command;
}
