import { parseArgs } from 'node:util';
import { BACKEND_NAMES, type BackendName } from '@sdmjs/backends';
import { SIZE_NAMES, type SizeName } from './results.js';
import { SECTIONS } from './sections.js';

export const HELP = `run.sh [options]

Checks and times matching, training and the language model on a GPU, with the CPU beside it, and writes the numbers down.

  --backend NAME   ${BACKEND_NAMES.join(', ')}   (default the best GPU: tensorflow-gpu, else webgpu on hardware)
  --size SIZE      smoke: minutes on a software driver; full: ten minutes on a GPU   (default full, smoke on a software driver)
  --only NAMES     of ${Object.keys(SECTIONS).join(',')}   (default all)
  --out FOLDER     where gpu-<device>.json goes   (default docs/results/raw)
  --probe          only say which device there is and what it allows
  --report         measure nothing; write docs/results/gpu.md from the files in --out
  --help           this text

Examples:
  tooling/gpu/run.sh
  tooling/gpu/run.sh --backend webgpu --size smoke
  tooling/gpu/run.sh --only matching,training

Exit status: 0 all checks held, 1 a check failed or a part ended early, 2 a wrong option, 3 no such device here (what was tried is printed).`;

export interface Command {
  readonly task: 'measure' | 'probe' | 'report' | 'help';
  readonly backend: BackendName | undefined;
  readonly size: SizeName | undefined;
  readonly sections: readonly string[];
  readonly out: string;
}

/** Reads the command line. Throws a plain `Error` that names the wrong option. */
export function parseCommandLine(argv: readonly string[]): Command {
  const { values } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      backend: { type: 'string' },
      size: { type: 'string' },
      only: { type: 'string' },
      out: { type: 'string', default: 'docs/results/raw' },
      probe: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const task = values.help ? 'help' : values.report ? 'report' : values.probe ? 'probe' : 'measure';
  const known = Object.keys(SECTIONS);
  const sections =
    values.only === undefined ? known : values.only.split(',').map((name) => oneOf('--only', known, name));
  return {
    task,
    backend: values.backend === undefined ? undefined : oneOf('--backend', BACKEND_NAMES, values.backend),
    size: values.size === undefined ? undefined : oneOf('--size', SIZE_NAMES, values.size),
    sections,
    out: values.out,
  };
}

function oneOf<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const name = names.find((candidate) => candidate === given);
  if (name === undefined) throw new Error(`${option}: wanted ${names.join(', ')}, got "${given}"`);
  return name;
}
