import { resolve } from 'node:path';
import { findNativeBuild, nativeCacheFolder } from '@sdmjs/backends';
import { BuildError } from './build-error.js';
import { buildNative } from './build-native.js';
import { thisMachine } from './check-machine.js';
import { type Command, HELP, parseCommandLine } from './command-line.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parseCommandLine(argv);
  } catch (error) {
    process.stderr.write(`native-tensorflow: ${String(error instanceof Error ? error.message : error)}\n\n${HELP}\n`);
    return 2;
  }
  try {
    return await run(command);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.kind === 'unavailable' ? 3 : 1;
  }
}

async function run({ task, recipe, cacheFolder }: Command): Promise<number> {
  const cache = cacheFolder === undefined ? await nativeCacheFolder() : resolve(cacheFolder);
  if (task === 'help') {
    say(HELP);
    return 0;
  }
  if (task === 'find') {
    const build = await findNativeBuild(recipe.device, cache);
    if (!build) throw new BuildError('unavailable', `native-tensorflow: no ${recipe.device} build in ${cache}`);
    say(build.folder);
    return 0;
  }
  const { folder, isNew } = await buildNative({ recipe, cacheFolder: cache, machine: thisMachine(), onMessage: say });
  say(`native TensorFlow ${recipe.version} (${recipe.device}) ${isNew ? 'built in' : 'was already in'} ${folder}`);
  if (cacheFolder !== undefined) say(`set SDMJS_NATIVE_TENSORFLOW=${cache} for programs that are to find it`);
  return 0;
}
