import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BuildError } from './build-error.js';
import type { Tools } from './check-machine.js';
import type { Download } from './pins.js';
import { lastLines, runTool } from './run-tool.js';

export interface DownloadContext {
  readonly tools: Tools;
  readonly env: NodeJS.ProcessEnv;
  /** Made if absent; the download becomes the only file of a folder of its own below it. */
  readonly folder: string;
}

/** pip takes wheels for this Python whatever Python runs it. Newest first; wheels say one of these. */
const platforms = ['2_27', '2_26', '2_25', '2_24', '2_18', '2_17']
  .map((glibc) => `manylinux_${glibc}_x86_64`)
  .concat('manylinux2014_x86_64', 'manylinux2010_x86_64', 'manylinux1_x86_64');
const forcedPlatform = [
  '--python-version=3.11',
  '--implementation=cp',
  ...platforms.map((name) => `--platform=${name}`),
];

/** Fetches a wheel with pip and checks its sha256. Returns its path. */
export async function downloadWheel(wheel: Download, { tools, env, folder }: DownloadContext): Promise<string> {
  const target = await ownFolder(folder, wheel);
  const argv = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', ...forcedPlatform];
  argv.push('--dest', target, `${wheel.name}==${wheel.version}`);
  const { status, output } = await runTool(tools.python, argv, { env });
  if (status !== 0) throw notFetched(wheel, 'pip download', output);
  return checkedFile(target, wheel, { algorithm: 'sha256', encoding: 'hex' });
}

/** Fetches an npm package with `npm pack`, which runs no scripts, and checks its sha512. Returns its path. */
export async function downloadPackage(pack: Download, { tools, env, folder }: DownloadContext): Promise<string> {
  const target = await ownFolder(folder, pack);
  const argv = ['pack', `${pack.name}@${pack.version}`, '--pack-destination', target, '--silent'];
  const { status, output } = await runTool(tools.npm, argv, { env, folder: target });
  if (status !== 0) throw notFetched(pack, 'npm pack', output);
  return checkedFile(target, pack, { algorithm: 'sha512', encoding: 'base64' });
}

async function ownFolder(folder: string, { name }: Download): Promise<string> {
  const path = join(folder, name.replaceAll(/[@/]/g, '_'));
  await mkdir(path, { recursive: true });
  return path;
}

async function checkedFile(
  folder: string,
  { name, version, digest }: Download,
  { algorithm, encoding }: { algorithm: string; encoding: 'hex' | 'base64' },
): Promise<string> {
  const files = await readdir(folder);
  if (files.length !== 1) {
    throw new BuildError('failed', `native-tensorflow: wanted one file of ${name} ${version}, got ${files.length}`);
  }
  const path = join(folder, files[0]!);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const got = hash.digest(encoding);
  if (got === digest) return path;
  throw new BuildError(
    'failed',
    `native-tensorflow: wanted ${name} ${version} with ${algorithm} ${digest}, got ${got}; the download is not what was pinned and was not opened`,
  );
}

function notFetched({ name, version }: Download, tool: string, output: string): BuildError {
  return new BuildError(
    'unavailable',
    `native-tensorflow: ${tool} could not fetch ${name} ${version}; is the registry reachable? It said:\n${lastLines(output)}`,
  );
}
