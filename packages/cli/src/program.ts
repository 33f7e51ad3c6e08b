import { printable } from '@sdmjs/core';
import { Argument, Command, Option } from 'commander';
import packageManifest from '../package.json' with { type: 'json' };
import { completionScript, type Shell, SHELLS } from './completion.js';
import type { Host } from './terminal/host.js';
import type { Output } from './terminal/output.js';
import { createSession, type Session, type SessionOptions } from './terminal/session.js';
import { addCertify } from './verbs/certify.js';
import { addDemo } from './verbs/demo.js';
import { addEmbed } from './verbs/embed.js';
import { addEvaluate } from './verbs/evaluate.js';
import { addExplain } from './verbs/explain.js';
import { addInspect } from './verbs/inspect.js';
import { addPlan } from './verbs/plan.js';
import { addRecalibrate } from './verbs/recalibrate.js';
import { addScore } from './verbs/score.js';
import { addSplit } from './verbs/split.js';
import { addTrain } from './verbs/train.js';

/** What a verb does with its options; resolves to an exit code, or to nothing for success. */
export type Action<Options> = (options: Options, session: Session) => Promise<number | undefined>;

/** Adds verbs to the program. */
export interface VerbHost {
  /** A new verb with `--json` and examples in its help. */
  verb(name: string, description: string, examples: readonly string[]): Command;
  /** Runs the action of a verb in a session of its own. */
  run<Options extends { json?: boolean }>(
    command: Command,
    action: Action<Options>,
    sessionOptions?: (options: Options) => SessionOptions,
  ): void;
}

/** What a program is made for: where its verbs run, and where its help, its scripts and its errors are posted. */
export interface ProgramSetting {
  readonly host: Host;
  readonly stdout: Output;
  readonly stderr: Output;
  setExitCode(code: number): void;
}

export function createProgram(setting: ProgramSetting): Command {
  const { host, setExitCode } = setting;
  const program = new Command('sdm')
    .description(packageManifest.description)
    .version(packageManifest.version)
    .enablePositionalOptions();
  quietErrors(program, setting);
  const verbs: VerbHost = {
    verb(name, description, examples) {
      const command = program.command(name).description(description);
      quietErrors(command, setting);
      command.addOption(new Option('--json', 'one event a line on standard output, as JSON'));
      command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
      return command;
    },
    run(command, action, sessionOptions = () => ({})) {
      command.action(async (options) => {
        const session = createSession(host, { json: options.json, ...sessionOptions(options) });
        try {
          setExitCode((await action(options, session)) ?? 0);
          await session.close();
        } finally {
          session.interrupts.end();
        }
      });
    },
  };
  for (const add of [addDemo, addTrain, addScore, addEvaluate, addCertify, addExplain]) add(verbs);
  for (const add of [addEmbed, addInspect, addRecalibrate, addSplit, addPlan]) add(verbs);
  addCompletion(program, setting);
  program.addHelpText('after', HELP);
  return program;
}

const HELP = `
Examples:
  sdm demo
  sdm embed --input texts.jsonl --output rows.jsonl
  sdm split --input rows.jsonl --output-folder parts
  sdm train --training parts/training.jsonl --calibration parts/calibration.jsonl --output model.sdmkitmodel
  sdm evaluate --model model.sdmkitmodel --input parts/test.jsonl
  sdm explain --model model.sdmkitmodel --input parts/test.jsonl --id row-7

Each verb says more: sdm train --help. Options may be written with - or _.
Exit codes: 0 success, 2 usage or bad input, 130 stopped by the user.`;

/** Every mistake is one line on standard error and a thrown error; the whole help is never poured over it. */
function quietErrors(command: Command, { stdout, stderr }: ProgramSetting): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => stdout.post(text),
    writeErr: () => undefined,
    outputError(text) {
      const name = command.name() === 'sdm' ? 'sdm' : `sdm ${command.name()}`;
      const line = text
        .replace(/^error: /, '')
        .trim()
        .replace(/\s*\n\s*/g, ' ');
      stderr.post(`${name}: ${printable(line).replace(/\.$/, '')}; see ${name} --help\n`);
    },
  });
}

function addCompletion(program: Command, setting: ProgramSetting): void {
  const command = program
    .command('completion')
    .description('print a script that completes verbs and options in your shell')
    .addArgument(new Argument('<shell>', 'yours').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n  sdm completion bash >> ~/.bashrc\n  sdm completion zsh > ~/.zfunc/_sdm   (in a folder of $fpath, before compinit)\n  sdm completion fish > ~/.config/fish/completions/sdm.fish',
    );
  quietErrors(command, setting);
  command.action((shell: Shell) => setting.stdout.post(completionScript(program, shell)));
}
