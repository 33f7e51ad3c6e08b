#!/usr/bin/env node
import { SdmError } from '@sdmjs/core';
import { Command, InvalidArgumentError } from 'commander';
import { type CommandOptions, runCommand, withoutFunctionName } from './run-command.js';

const program = new Command('verified-writer')
  .description(
    'Trains a small language model to put words in order, and an SDM estimator that says which of its answers can be trusted.',
  )
  .option('--preset <name>', 'smoke (minutes), laptop (up to an hour) or test (seconds, meaningless)', 'smoke')
  .option('--seed <number>', 'chance of splits, weights and batches', wholeNumber, 0)
  .option(
    '--run <folder>',
    'where everything is kept; a run goes on where it was stopped (default: runs/<preset>-<seed>)',
  )
  .option('--alpha <number>', 'target accuracy of the verdicts, a multiple of .05', share, 0.95)
  .option('--backend <name>', 'tensorflow-gpu, tensorflow, webgpu, wasm or cpu (default: the best there is)')
  .option('--prompt <sentence>', 'answer this with the models of a finished run')
  .option('-i, --interactive', 'answer sentences as they are typed, with the models of a finished run')
  .option('--fresh', 'forget what the run folder holds and start anew')
  .option('--json', 'print the results as JSON, everything else to standard error')
  .addHelpText(
    'after',
    `
Examples:
  verified-writer                                        train, calibrate and report, in a few minutes
  verified-writer --alpha .9                             the same run, reported at another target accuracy
  verified-writer --preset laptop --seed 1
  verified-writer --prompt "we must all do our part for the good of our country"
  verified-writer --prompt "we must all do our part for the / country of our"
  verified-writer --interactive

Of a prompt without a slash the last three words are shuffled; words after a slash are put in order.`,
  );

program.parse();

try {
  process.exitCode = await runCommand(program.opts<CommandOptions>(), process);
} catch (error) {
  if (!SdmError.is(error)) throw error;
  process.stderr.write(`verified-writer: ${withoutFunctionName(error.message)}\n`);
  process.exitCode = 1;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 31) throw new InvalidArgumentError('Wanted a whole number below 2^31.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0.5 && value < 1)) throw new InvalidArgumentError('Wanted a number between .5 and 1.');
  return value;
}
