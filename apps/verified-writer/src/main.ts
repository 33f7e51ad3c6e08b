#!/usr/bin/env node
import { share, wholeNumber, wholeNumbers } from '@sdmjs-tooling/app-kit';
import { SdmError } from '@sdmjs/core';
import { Command, InvalidArgumentError } from 'commander';
import { ARM_NAMES } from './arms.js';
import { chat, type ChatOptions, train, type TrainOptions, withoutFunctionName } from './run-command.js';

const program = new Command('verified-writer').description(
  'Trains a small language model to put words in order, and an SDM estimator that says which of its answers can be trusted.',
);

withPlace(program.command('train', { isDefault: true }))
  .description(
    'train, calibrate and report; a stopped run goes on where it was (this is what happens without a command)',
  )
  .option('--arm <names>', `how to fine-tune, comma-separated: ${ARM_NAMES.join(', ')}`, 'sdm-hard')
  .option('--seeds <list>', 'chance of splits, weights and batches: 0, or 0,2, or 0-4', wholeNumbers, [0])
  .option('--fits <number>', 'SDM layers to fit and measure on each kind of features', count, 1)
  .option(
    '--parallel-rounds <number>',
    'rounds of an SDM layer to train at a time on the CPU, with the same result',
    count,
    1,
  )
  .option('--fresh', 'forget what the run folder holds and start anew')
  .option('--json', 'print the results as JSON, everything else to standard error')
  .action(async (options: TrainOptions) => {
    process.exitCode = await train(options, process);
  });

withPlace(program.command('chat'))
  .description('answer a sentence, or sentences as they are typed, with the models of a finished run')
  .argument('[sentence]', 'its last three words are shuffled; words after a slash are put in order')
  .option('--arm <name>', 'of the run', 'sdm-hard')
  .option('--seed <number>', 'of the run', wholeNumber, 0)
  .action((sentence: string | undefined, options: ChatOptions) => chat(sentence, options, process));

program.addHelpText(
  'after',
  `
Examples:
  verified-writer                                        train, calibrate and report, in a few minutes
  verified-writer --alpha .9                             the same run, reported at another target accuracy
  verified-writer --arm cross-entropy,sdm --seeds 0-4    two ways to fine-tune, five seeds each
  verified-writer --preset laptop --seeds 1
  verified-writer chat "we must all do our part for the good of our country"
  verified-writer chat "we must all do our part for the / country of our"
  verified-writer chat

\`verified-writer train --help\` and \`verified-writer chat --help\` show all options.`,
);

try {
  await program.parseAsync();
} catch (error) {
  if (!SdmError.is(error)) throw error;
  process.stderr.write(`verified-writer: ${withoutFunctionName(error.message)}\n`);
  process.exitCode = 1;
}

function withPlace(command: Command): Command {
  return command
    .option(
      '--preset <name>',
      'smoke (minutes), study (the arms compared), laptop (up to an hour), gpu or test (seconds, meaningless)',
      'smoke',
    )
    .option('--run <folder>', 'where everything is kept (default: runs/<preset>-<seed>)')
    .option('--alpha <number>', 'target accuracy of the verdicts, a multiple of .05', share, 0.95)
    .option('--backend <name>', 'tensorflow-gpu, tensorflow, webgpu, wasm or cpu (default: the best there is)');
}

function count(text: string): number {
  const value = wholeNumber(text);
  if (value === 0 || value > 100) throw new InvalidArgumentError('Wanted a number from 1 to 100.');
  return value;
}
