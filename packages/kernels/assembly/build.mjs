// Compiles assembly/index.ts to WebAssembly twice, plain and with relaxed SIMD, and writes either as base64 to src/generated/, the plain one with
// the program of the workers as text, unless nothing changed since. A module wants a memory that threads share; the byte at `sharedFlag` makes it
// one that they do not.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../src/generated/', import.meta.url));
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'];
const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

const hash = createHash('sha256');
for (const file of readdirSync(folder).sort()) hash.update(readFileSync(folder + file));
const header = `// Made by assembly/build.mjs from sources with sha256 ${hash.digest('hex')}. Do not edit.\n`;

const worker = readFileSync(`${folder}worker.cjs`, 'utf8').replace(/^(?:\/\/.*)?\n/gm, '');
await build('kernels-wasm.ts', [], { workerProgram: worker });
await build('relaxed-kernels-wasm.ts', ['--enable', 'relaxed-simd']);

async function build(name, furtherFlags, texts = {}) {
  if (readIfThere(target + name)?.startsWith(header)) return;
  const binary = await compile([...flags, ...furtherFlags, ...memory]);
  const values = { kernelsWasm: Buffer.from(binary).toString('base64'), ...texts };
  const lines = Object.entries(values).map(([key, value]) => `export const ${key} =\n  ${JSON.stringify(value)};\n`);
  mkdirSync(target, { recursive: true });
  writeFileSync(target + name, `${header}${lines.join('')}export const sharedFlag = ${sharedFlagOf(binary)};\n`);
  process.stdout.write(`${name}: ${binary.length} bytes of WebAssembly\n`);
}

async function compile(options) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...options], {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  return binary;
}

/** The place of the flags of the imported memory: behind its two names and its kind; 3 is shared and bounded, 1 bounded. */
function sharedFlagOf(binary) {
  const name = '\x03env\x06memory\x02';
  const place = Buffer.from(binary).indexOf(name, 'latin1') + name.length;
  if (place < name.length || binary[place] !== 3) throw new Error('the module imports no shared memory');
  return place;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
