#!/usr/bin/env node
import { share, wholeNumber, wholeNumbers } from '@sdmjs-tooling/app-kit';
import { SdmError, printable } from '@sdmjs/core';
import { Command, InvalidArgumentError } from 'commander';
import { exportMails } from './export-mails.js';
import { classify, type ClassifyOptions, train, type TrainOptions } from './run-command.js';
import { DEFAULT_MAIL_COUNT, LARGEST_MAIL_COUNT, SMALLEST_MAIL_COUNT } from './settings.js';

const program = new Command('email-triage').description(
  'Sorts ham from spam with an SDM estimator, which says which mails it should be believed about, and why.',
);

withPlace(program.command('train', { isDefault: true }))
  .description(
    'encode the Spam Assassin mails, train, calibrate and report (this is what happens without a command); a stopped run goes on where it was',
  )
  .option('--seed <number>', 'chance of splits, weights and batches', wholeNumber, 0)
  .option('--seeds <list>', 'several runs: 0-4, or 0,2', wholeNumbers)
  .option(
    '--parallel-rounds <number>',
    'rounds of the SDM layer to train at a time, with the same result',
    roundCount,
    1,
  )
  .option('--fresh', 'forget what the run folder holds; the cache of encoded texts is kept')
  .option('--json', 'print the results as JSON, everything else to standard error')
  .allowExcessArguments()
  .action(async ({ seed, ...options }: TrainOptions & { seed: number }, { args }: Command) => {
    const [unknown] = args; // what is no command comes here
    if (unknown !== undefined) {
      const known = program.commands.map((command) => command.name()).join(', ');
      program.error(`error: there is no command '${printable(unknown)}'; there are ${known}, see email-triage --help`);
    }
    process.exitCode = await train({ ...options, seeds: options.seeds ?? [seed] }, process);
  });

withPlace(program.command('classify'))
  .description('judge mails with the model of a finished run: ham or spam, admitted or rejected, and the nearest mails')
  .argument('<files...>', 'mails as they are stored, or plain text; - reads one from standard input')
  .option('--seed <number>', 'of the run', wholeNumber, 0)
  .action((files: string[], options: ClassifyOptions) => classify(files, options, process));

program
  .command('export')
  .description('print mails as JSON Lines with id, label and document, to try the sdm command on')
  .option(
    '--mails <number>',
    'how many, spread evenly over all; at most all there are',
    exportedCount,
    DEFAULT_MAIL_COUNT,
  )
  .action(({ mails }: { mails: number }) => exportMails(mails, process.stdout));

program.addHelpText(
  'after',
  `
Examples:
  email-triage                              ${DEFAULT_MAIL_COUNT} mails to learn from: a few minutes
  email-triage --full --seeds 0-4           all 5,900 mails, five splits
  email-triage --alpha .9                   the same run, reported at another target accuracy
  email-triage --json > results.json
  email-triage classify inbox/42.eml
  echo "Congratulations, you have won" | email-triage classify -
  email-triage export --mails 900 > mails.jsonl

\`email-triage train --help\`, \`email-triage classify --help\` and \`email-triage export --help\` show all options.`,
);

/** Names of functions are for programmers. */
const WHO_THREW = /^[a-z]+[A-Z]\w*: /;

try {
  await program.parseAsync();
} catch (error) {
  if (!SdmError.is(error)) throw error;
  process.stderr.write(`email-triage: ${printable(error.message.replace(WHO_THREW, ''))}\n`);
  process.exitCode = 1;
}

function withPlace(command: Command): Command {
  return command
    .option(
      '--mails <number>',
      'mails in D_tr and in D_ca each; the other sets in proportion',
      mailCount,
      DEFAULT_MAIL_COUNT,
    )
    .option('--full', 'all mails: 40 % D_tr, 40 % D_ca, 20 % test')
    .option('--run <folder>', 'where the model and the results are kept (default: runs/email-triage-<mails>-<seed>)')
    .option('--cache <folder>', 'where encoded texts are kept, for all runs', 'runs/embeddings')
    .option('--alpha <number>', 'target accuracy of the decisions, a multiple of .05', share, 0.95)
    .option('--backend <name>', 'tensorflow-gpu, tensorflow, webgpu, wasm or cpu (default: the best there is)');
}

function exportedCount(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('Wanted a whole number from 1; a large one takes all.');
  return value;
}

function roundCount(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('Wanted a whole number from 1.');
  return value;
}

function mailCount(text: string): number {
  const value = wholeNumber(text);
  if (value < SMALLEST_MAIL_COUNT || value > LARGEST_MAIL_COUNT) {
    throw new InvalidArgumentError(
      `Wanted a number from ${SMALLEST_MAIL_COUNT} to ${LARGEST_MAIL_COUNT}; --full takes all.`,
    );
  }
  return value;
}
