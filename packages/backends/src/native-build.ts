import { isNode } from './runtime.js';

/** A TensorFlow that `pnpm native-tensorflow` of the sdm.js repository built. */
export interface NativeBuild {
  readonly folder: string;
  readonly version: string;
  readonly device: 'cpu' | 'cuda';
}

/** What a build's entry file exports. */
export interface NativeBuildModule {
  registerNativeTensorFlow(tf: object): void;
}

/** Where builds are kept: `SDMJS_NATIVE_TENSORFLOW`, else `~/.cache/sdmjs/native-tensorflow`. */
export async function nativeCacheFolder(): Promise<string> {
  const { homedir } = await import('node:os');
  const { join, resolve } = await import('node:path');
  const named = process.env['SDMJS_NATIVE_TENSORFLOW'];
  return named ? resolve(named) : join(homedir(), '.cache', 'sdmjs', 'native-tensorflow');
}

/** The finished build of the highest TensorFlow version for a device in a cache folder; undefined if there is none, or outside Node. */
export async function findNativeBuild(
  device: NativeBuild['device'],
  cacheFolder?: string,
): Promise<NativeBuild | undefined> {
  if (!isNode()) return undefined;
  const { existsSync, readdirSync } = await import('node:fs');
  const { join } = await import('node:path');
  const cache = cacheFolder ?? (await nativeCacheFolder());
  if (!existsSync(cache)) return undefined;
  const versions = readdirSync(cache)
    .map((name) => /^(\d+\.\d+\.\d+)-(cpu|cuda)$/.exec(name))
    .filter((match) => match?.[2] === device && existsSync(join(cache, match[0], 'complete.json')))
    .map((match) => match![1]!)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const version = versions.at(-1);
  return version === undefined ? undefined : { folder: join(cache, `${version}-${device}`), version, device };
}

/** URL of the file that registers a build with TensorFlow.js. */
export async function nativeBuildEntry({ folder }: NativeBuild): Promise<string> {
  const { join } = await import('node:path');
  const { pathToFileURL } = await import('node:url');
  return pathToFileURL(join(folder, 'register.cjs')).href;
}
