import { BuildError } from './build-error.js';
import type { Recipe } from './pins.js';
import { runTool } from './run-tool.js';

export interface Machine {
  readonly platform: string;
  readonly architecture: string;
  /** Undefined where the C library is another one (musl). */
  readonly glibc: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The programs that a build runs. */
export interface Tools {
  readonly python: string;
  readonly npm: string;
  readonly compiler: string;
}

export function thisMachine(): Machine {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    platform: process.platform,
    architecture: process.arch,
    glibc: report.header?.glibcVersionRuntime,
    env: process.env,
  };
}

/** Finds what a build needs, or throws `unavailable` with what is missing and what helps. */
export async function checkMachine(machine: Machine, recipe: Recipe): Promise<Tools> {
  const { platform, architecture, glibc, env } = machine;
  if (platform !== 'linux' || architecture !== 'x64') {
    throw missing(
      `linux on x64, got ${platform} on ${architecture}`,
      'run npm i @tensorflow/tfjs-node, which has ready-made libraries for macOS and Windows, or stay on WebAssembly',
    );
  }
  if (glibc === undefined || isOlder(glibc, recipe.minGlibc)) {
    throw missing(
      `glibc ${recipe.minGlibc} or newer for TensorFlow ${recipe.version}, got ${glibc ?? 'another C library (musl?)'}`,
      'take an older --tensorflow, a newer system, or stay on WebAssembly',
    );
  }
  const python = await firstThatRuns(['python3', 'python'], ['-m', 'pip', '--version'], env);
  if (python === undefined) {
    throw missing('python3 with pip, got none', 'on Debian: apt-get install python3-pip; any Python 3.7 or later does');
  }
  const npm = await firstThatRuns(['npm'], ['--version'], env);
  if (npm === undefined) throw missing('npm, got none', 'it comes with Node');
  const compilers = [env['CXX'], 'c++', 'g++', 'clang++'].filter((name) => name !== undefined && name !== '');
  const compiler = await firstThatRuns(compilers as string[], ['--version'], env);
  if (compiler === undefined) {
    throw missing('a C++17 compiler, got none', 'on Debian: apt-get install g++; or name one in CXX');
  }
  return { python, npm, compiler };
}

async function firstThatRuns(commands: readonly string[], argv: readonly string[], env: NodeJS.ProcessEnv) {
  for (const command of commands) {
    if ((await runTool(command, argv, { env })).status === 0) return command;
  }
  return undefined;
}

function isOlder(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

function missing(what: string, remedy: string): BuildError {
  return new BuildError('unavailable', `native-tensorflow: wanted ${what}; ${remedy}`);
}
