// Runs the built app with plain Node on the tiny preset: dist/main.js of this app, and dist of every package it uses.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verified-writer-smoke-'));
const run = join(folder, 'run');

function verifiedWriter(...options) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, '--run', run, '--backend', 'wasm', ...options],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`verified-writer ${options.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

try {
  verifiedWriter('--help');
  const printed = verifiedWriter('--preset', 'test');
  const { tables } = JSON.parse(readFileSync(join(run, 'results.json'), 'utf8'));
  if (!printed.includes('Six generations') || tables[0].rules.length !== 9)
    throw new Error(`unexpected report:\n${printed}`);
  const answer = verifiedWriter('--prompt', 'we must all do our part for the good of the people');
  if (!/verdict {3}(admitted|rejected)/.test(answer)) throw new Error(`unexpected answer:\n${answer}`);
  process.stdout.write('verified-writer: the built app trains, reports and answers\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
