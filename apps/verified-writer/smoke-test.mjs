// Runs the built app with plain Node on the tiny preset: dist/main.js of this app, and dist of every package it uses.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verified-writer-smoke-'));
const run = join(folder, 'run');

function verifiedWriter(...command) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, ...command, '--preset', 'test', '--run', run, '--backend', 'wasm'],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`verified-writer ${command.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

try {
  verifiedWriter('--help');
  const printed = verifiedWriter('train');
  const { tables } = JSON.parse(readFileSync(join(run, 'sdm-hard', 'results.json'), 'utf8'));
  if (!printed.includes('Six generations') || tables[0].rules.length !== 9)
    throw new Error(`unexpected report:\n${printed}`);
  const answer = verifiedWriter('chat', 'we must all do our part for the good of the people');
  if (!/verdict {3}(admitted|rejected)/.test(answer)) throw new Error(`unexpected answer:\n${answer}`);
  process.stdout.write('verified-writer: the built app trains, reports and answers\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
