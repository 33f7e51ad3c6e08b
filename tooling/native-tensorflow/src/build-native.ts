import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from './build-error.js';
import { checkMachine, type Machine, type Tools } from './check-machine.js';
import { compileAddon } from './compile-addon.js';
import { downloadPackage, downloadWheel } from './download.js';
import type { Recipe } from './pins.js';
import { lastLines, runTool } from './run-tool.js';

export interface BuildOptions {
  readonly recipe: Recipe;
  readonly cacheFolder: string;
  readonly machine: Machine;
  /** The Node that must be able to load the addon. @default this one */
  readonly node?: string;
  readonly onMessage?: (message: string) => void;
}

export interface BuildResult {
  readonly folder: string;
  /** False when the folder was complete before. */
  readonly isNew: boolean;
}

const runtimeFolder = fileURLToPath(new URL('../runtime/', import.meta.url));
const licences = ['*.dist-info/LICENSE*', '*.dist-info/License*', '*.dist-info/licenses/*', '*.dist-info/METADATA'];
const headers = ['c', 'core/platform', 'tsl'].map((folder) => `tensorflow/include/tensorflow/${folder}/*`);
const wheelFiles = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
  ...headers,
  'tensorflow/include/tsl/*',
  'tensorflow/include/xla/tsl/*',
  'nvidia/*/lib/*',
  ...licences,
];

/**
 * Builds a recipe into `<cacheFolder>/<version>-<device>`, unless that is there. Everything is made in a folder beside it, which takes
 * its name only when the addon has been loaded once: what is interrupted is never taken for finished. Throws `BuildError`.
 */
export async function buildNative(options: BuildOptions): Promise<BuildResult> {
  const { recipe, cacheFolder, machine, onMessage: say = () => {} } = options;
  const name = `${recipe.version}-${recipe.device}`;
  const folder = join(cacheFolder, name);
  if (existsSync(join(folder, 'complete.json'))) {
    await renewEntry(folder);
    return { folder, isNew: false };
  }
  const tools = await checkMachine(machine, recipe);
  await removeAbandoned(cacheFolder, name);
  const staging = join(cacheFolder, `.partial-${name}-${process.pid}`);
  try {
    await mkdir(staging, { recursive: true });
    await fetchAll(staging, tools, { ...options, onMessage: say });
    say('compiling the addon');
    await compileAddon({ folder: staging, compiler: tools.compiler, env: machine.env });
    await rm(join(staging, 'site-packages/tensorflow/include'), { recursive: true });
    await rm(join(staging, 'node_modules/node-api-headers'), { recursive: true });
    await writeRuntime(staging, recipe);
    say('loading it once');
    await loadOnce(staging, options.node ?? process.execPath, machine.env);
    await takeName(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { folder, isNew: true };
}

async function fetchAll(
  staging: string,
  tools: Tools,
  options: Required<Pick<BuildOptions, 'onMessage'>> & BuildOptions,
) {
  const { recipe, machine, onMessage } = options;
  const { env } = machine;
  const context = { tools, env, folder: join(staging, 'downloads') };
  const unpack = async (archive: string, target: string, patterns: readonly string[]) => {
    const argv = [join(runtimeFolder, 'unpack.py'), archive, target, ...patterns];
    const { status, output } = await runTool(tools.python, argv, { env });
    if (status === 0) return;
    throw new BuildError('failed', `native-tensorflow: could not unpack ${archive}:\n${lastLines(output)}`);
  };
  for (const pack of recipe.packages) {
    onMessage(`fetching ${pack.name} ${pack.version} from npm`);
    await unpack(await downloadPackage(pack, context), join(staging, 'node_modules', pack.name), ['*']);
  }
  for (const wheel of recipe.wheels) {
    onMessage(`fetching ${wheel.name} ${wheel.version} from PyPI`);
    const archive = await downloadWheel(wheel, context);
    await unpack(archive, join(staging, 'site-packages'), wheelFiles);
    await rm(archive);
  }
  await rm(context.folder, { recursive: true });
}

/** The entry file, and the stand-ins through which tfjs-node gets the caller's tfjs-core instead of a copy of its own. */
async function writeRuntime(staging: string, { version, device, wheels, packages }: Recipe): Promise<void> {
  const standIns = {
    '@tensorflow/tfjs': 'module.exports = {};',
    '@tensorflow/tfjs-core': "module.exports = require('../tfjs');",
  };
  for (const [name, text] of Object.entries(standIns)) {
    const target = join(staging, 'node_modules', name);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'index.js'), `// Filled by register.cjs with the caller's TensorFlow.js.\n${text}\n`);
  }
  await renewEntry(staging);
  const pins = [...wheels, ...packages].map((download) => `${download.name} ${download.version}`);
  await writeFile(join(staging, 'complete.json'), `${JSON.stringify({ version, device, madeFrom: pins }, null, 2)}\n`);
}

/** The entry file is the only part of a build that changes with this tool. */
async function renewEntry(folder: string): Promise<void> {
  const partial = join(folder, `.register-${process.pid}`);
  await copyFile(join(runtimeFolder, 'register.cjs'), partial);
  await rename(partial, join(folder, 'register.cjs'));
}

/** A process of its own loads the addon: a library that does not fit this machine must not get a name. */
async function loadOnce(staging: string, node: string, env: NodeJS.ProcessEnv): Promise<void> {
  const addon = join(staging, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
  const quiet = { TF_CPP_MIN_LOG_LEVEL: '2', ...env };
  const { status, output } = await runTool(node, ['-e', 'require(process.argv[1])', addon], { env: quiet });
  if (status === 0) return;
  throw new BuildError('failed', `native-tensorflow: the addon was built and does not load:\n${lastLines(output)}`);
}

/** Another process may have been faster; its build is as good. */
async function takeName(staging: string, folder: string): Promise<void> {
  try {
    await rename(staging, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'complete.json'))) throw error;
  }
}

/** Removes what builds that were killed left behind. */
async function removeAbandoned(cacheFolder: string, name: string): Promise<void> {
  if (!existsSync(cacheFolder)) return;
  for (const entry of await readdir(cacheFolder)) {
    const [prefix, pid] = [entry.slice(0, entry.lastIndexOf('-')), Number(entry.slice(entry.lastIndexOf('-') + 1))];
    if (prefix === `.partial-${name}` && !isRunning(pid)) await rm(join(cacheFolder, entry), { recursive: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
