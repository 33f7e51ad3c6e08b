import { parseArgs } from 'node:util';
import { RECIPES, type Recipe } from './pins.js';

export const HELP = `pnpm native-tensorflow [options]

Builds the addon of @tensorflow/tfjs-node against the TensorFlow that PyPI carries and keeps it in a cache folder, where
@sdmjs/backends finds it without further settings. Linux on x86-64; needs Python 3 with pip, a C++17 compiler and npm.

  --device cpu|cuda    cuda brings the CUDA libraries along (several GB); the driver is yours   (default cpu)
  --tensorflow VERSION ${describeVersions()}
  --cache FOLDER       where builds are kept   (default $SDMJS_NATIVE_TENSORFLOW or ~/.cache/sdmjs/native-tensorflow)
  --find               build nothing; print the folder of the build that backends would take
  --help               this text

Examples:
  pnpm native-tensorflow
  pnpm native-tensorflow --device cuda
  pnpm native-tensorflow --tensorflow 2.21.0 --cache /srv/sdmjs

Exit status: 0 there is a build, 1 the build failed, 2 a wrong option, 3 this machine cannot build it (the reason is printed).`;

export interface Command {
  readonly task: 'build' | 'find' | 'help';
  readonly recipe: Recipe;
  readonly cacheFolder: string | undefined;
}

/** Reads the command line. Throws a plain `Error` that names the wrong option. */
export function parseCommandLine(argv: readonly string[]): Command {
  const { values } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      device: { type: 'string', default: 'cpu' },
      tensorflow: { type: 'string' },
      cache: { type: 'string' },
      find: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const recipe = recipeFor(values.device, values.tensorflow);
  if (values.cache === '') throw new Error('--cache: wanted a folder, got nothing');
  return { task: values.help ? 'help' : values.find ? 'find' : 'build', recipe, cacheFolder: values.cache };
}

function recipeFor(device: string, version: string | undefined): Recipe {
  const ofDevice = RECIPES.filter((recipe) => recipe.device === device);
  if (ofDevice.length === 0) throw new Error(`--device: wanted cpu or cuda, got "${device}"`);
  const recipe = version === undefined ? ofDevice[0] : ofDevice.find((candidate) => candidate.version === version);
  if (recipe) return recipe;
  const pinned = ofDevice.map((candidate) => candidate.version).join(' or ');
  throw new Error(`--tensorflow: wanted ${pinned} (the versions whose digests are pinned), got "${version}"`);
}

function describeVersions(): string {
  const of = (device: string) =>
    RECIPES.filter((recipe) => recipe.device === device)
      .map(({ version }) => version)
      .join(' or ');
  return `cpu: ${of('cpu')}; cuda: ${of('cuda')}   (default the first)`;
}
