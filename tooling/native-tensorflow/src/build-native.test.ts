import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNativeBuild } from '@sdmjs/backends';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BuildError } from './build-error.js';
import { buildNative } from './build-native.js';
import type { Machine } from './check-machine.js';
import type { Recipe } from './pins.js';

let folder = '';
let cacheFolder = '';
const content = 'what the registry sends\n';
const digestOf = (algorithm: string, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(content).digest(encoding);
const recipe: Recipe = {
  version: '2.15.1',
  device: 'cpu',
  minGlibc: '2.17',
  wheels: [{ name: 'tensorflow-cpu', version: '2.15.1', digest: digestOf('sha256', 'hex') }],
  packages: [
    { name: '@tensorflow/tfjs-node', version: '4.22.0', digest: digestOf('sha512', 'base64') },
    { name: 'node-api-headers', version: '1.9.0', digest: digestOf('sha512', 'base64') },
  ],
};

/** Writes a shell script into the folder that is the whole PATH of the tests. */
async function addTool(name: string, script: string): Promise<void> {
  const path = join(folder, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** What the registries send, and where the tools put it. */
const fetch = `printf '%s\\n' '${content.trim()}'`;
const fetchWheel = `while [ "$1" != --dest ]; do shift; done; ${fetch} > "$2/a.whl"`;
const unpackFile = `/bin/mkdir -p "$3/tensorflow/include"; ${fetch} > "$3/file"`;
/** Called as `-m pip --version`, `-m pip download … --dest FOLDER what==version` and `unpack.py ARCHIVE TARGET PATTERN…`. */
const python = ({ download = fetchWheel, unpack = unpackFile }) => `case "$3" in
--version) ;;
download) ${download} ;;
*) ${unpack} ;;
esac`;
const tools = {
  python3: python({}),
  npm: `[ "$1" = --version ] || ${fetch} > "$4/a.tgz"`,
  'c++': `[ "$1" = --version ] || { while [ "$1" != -o ]; do shift; done; ${fetch} > "$2"; }`,
};

const machine = (changes: Partial<Machine> = {}): Machine => ({
  platform: 'linux',
  architecture: 'x64',
  glibc: '2.36',
  env: { PATH: join(folder, 'bin') },
  ...changes,
});
const build = (changes: Partial<Parameters<typeof buildNative>[0]> = {}) =>
  buildNative({ recipe, cacheFolder, machine: machine(), node: '/bin/true', ...changes });
const failureOf = async (attempt: Promise<unknown>): Promise<BuildError> => {
  const failure: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof BuildError)) throw new Error(`wanted a BuildError, got ${String(failure)}`);
  return failure;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'native-tensorflow-'));
  cacheFolder = join(folder, 'cache');
  await mkdir(join(folder, 'bin'));
  for (const [name, script] of Object.entries(tools)) await addTool(name, script);
});

afterEach(() => rm(folder, { recursive: true }));

it('builds once, says what it is made from, and then has nothing to do', async () => {
  const messages: string[] = [];
  const first = await build({ onMessage: (message) => messages.push(message) });
  expect(first).toEqual({ folder: join(cacheFolder, '2.15.1-cpu'), isNew: true });
  expect(messages).toContain('fetching tensorflow-cpu 2.15.1 from PyPI');
  expect(await readdir(cacheFolder)).toEqual(['2.15.1-cpu']);
  expect((await findNativeBuild('cpu', cacheFolder))?.version).toBe('2.15.1');
  expect(JSON.parse(await readFile(join(first.folder, 'complete.json'), 'utf8'))).toEqual({
    version: '2.15.1',
    device: 'cpu',
    madeFrom: ['tensorflow-cpu 2.15.1', '@tensorflow/tfjs-node 4.22.0', 'node-api-headers 1.9.0'],
  });
  for (const tool of Object.keys(tools)) await rm(join(folder, 'bin', tool));
  await writeFile(join(first.folder, 'register.cjs'), 'of an older version of this tool');
  expect(await build()).toEqual({ ...first, isNew: false });
  expect(await readFile(join(first.folder, 'register.cjs'), 'utf8')).toContain('exports.registerNativeTensorFlow');
});

it.each([
  ['python3', /wanted python3 with pip, got none; .*apt-get install python3-pip/],
  ['c++', /wanted a C\+\+17 compiler, got none; .*CXX/],
  ['npm', /wanted npm, got none/],
])('says that %s is missing, and what helps', async (tool, message) => {
  await rm(join(folder, 'bin', tool));
  const failure = await failureOf(build());
  expect([failure.kind, failure.message]).toEqual(['unavailable', expect.stringMatching(message)]);
  expect(existsSync(cacheFolder)).toBe(false);
});

it('counts a Python without pip as none', async () => {
  await addTool('python3', 'echo "No module named pip" >&2; exit 1');
  expect((await failureOf(build())).message).toContain('wanted python3 with pip');
});

it.each([
  [{ platform: 'darwin', architecture: 'arm64' }, /wanted linux on x64, got darwin on arm64; run npm i/],
  [{ glibc: '2.12' }, /wanted glibc 2\.17 or newer for TensorFlow 2\.15\.1, got 2\.12/],
  [{ glibc: undefined }, /got another C library \(musl\?\)/],
])('refuses a machine with %j', async (changes, message) => {
  const failure = await failureOf(build({ machine: machine(changes) }));
  expect([failure.kind, failure.message]).toEqual(['unavailable', expect.stringMatching(message)]);
});

it('refuses a wheel and a package that are not what was pinned, before opening them', async () => {
  await addTool('python3', python({ unpack: `case "$2" in *.whl) echo opened; exit 1 ;; esac; ${unpackFile}` }));
  const wheels = [{ ...recipe.wheels[0]!, digest: '0'.repeat(64) }];
  const badWheel = await failureOf(build({ recipe: { ...recipe, wheels } }));
  expect(badWheel.kind).toBe('failed');
  expect(badWheel.message).toMatch(/wanted tensorflow-cpu 2\.15\.1 with sha256 0{64}, got [0-9a-f]{64}; .* not opened/);
  const packages = [{ ...recipe.packages[0]!, digest: 'AAAA' }];
  const badPackage = await failureOf(build({ recipe: { ...recipe, packages } }));
  expect(badPackage.message).toMatch(/wanted @tensorflow\/tfjs-node 4\.22\.0 with sha512 AAAA/);
  expect(await readdir(cacheFolder)).toEqual([]);
});

it('says that a registry was not reached', async () => {
  await addTool('python3', python({ download: 'echo "no route to host" >&2; exit 1' }));
  const failure = await failureOf(build());
  expect([failure.kind, failure.message]).toEqual([
    'unavailable',
    expect.stringMatching(/registry.*\nno route to host/),
  ]);
});

it('takes nothing for finished that was interrupted: unpacking, compiling or loading', async () => {
  await addTool('python3', python({ unpack: `${unpackFile}; kill -9 $$` }));
  expect((await failureOf(build())).message).toMatch(/could not unpack/);
  await addTool('python3', tools.python3);
  await addTool('c++', `[ "$1" = --version ] || { echo "error: no such header" >&2; exit 1; }`);
  expect((await failureOf(build())).message).toMatch(/c\+\+ could not compile the addon:\nerror: no such header/);
  await addTool('c++', tools['c++']);
  expect((await failureOf(build({ node: '/bin/false' }))).message).toMatch(/was built and does not load/);
  expect(await findNativeBuild('cpu', cacheFolder)).toBeUndefined();
  expect(await readdir(cacheFolder)).toEqual([]);
});

it('clears away what a killed build left, leaves a running one alone, and builds', async () => {
  const dead = join(cacheFolder, '.partial-2.15.1-cpu-999999999');
  const alive = join(cacheFolder, `.partial-2.15.1-cpu-${process.ppid}`);
  for (const partial of [dead, alive]) await mkdir(join(partial, 'site-packages'), { recursive: true });
  expect(await findNativeBuild('cpu', cacheFolder)).toBeUndefined();
  expect((await build()).isNew).toBe(true);
  expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
});
