// Compiles assembly/index.ts to WebAssembly and writes it as base64 to src/generated/, unless nothing changed since.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../src/generated/kernels-wasm.ts', import.meta.url));
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];

const hash = createHash('sha256');
for (const file of readdirSync(folder).sort()) hash.update(readFileSync(folder + file));
const header = `// Made by assembly/build.mjs from sources with sha256 ${hash.digest('hex')}. Do not edit.\n`;

if (!readIfThere(target)?.startsWith(header)) {
  const binary = await compile();
  mkdirSync(fileURLToPath(new URL('../src/generated/', import.meta.url)), { recursive: true });
  writeFileSync(target, `${header}export const kernelsWasm =\n  '${Buffer.from(binary).toString('base64')}';\n`);
  process.stdout.write(`kernels: ${binary.length} bytes of WebAssembly\n`);
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...flags], {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  return binary;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
