// Runs the built app with plain Node on few mails: dist/main.js of this app, and dist of every package it uses.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'email-triage-smoke-'));
const run = join(folder, 'run');

function emailTriage(command, input = '') {
  const place = ['--run', run, '--cache', join(folder, 'cache'), '--backend', 'wasm'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...command, ...place], {
    encoding: 'utf8',
    input,
  });
  if (status !== 0) throw new Error(`email-triage ${command.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

try {
  emailTriage(['--help']);
  const printed = emailTriage(['--mails', '32']);
  const { sets } = JSON.parse(readFileSync(join(run, 'results.json'), 'utf8'));
  if (!printed.includes('SDM region') || sets.test.length !== 4) throw new Error(`unexpected report:\n${printed}`);
  const [again] = JSON.parse(emailTriage(['--mails', '32', '--json']));
  if (JSON.stringify(again.sets) !== JSON.stringify(sets)) throw new Error('the run that went on ends otherwise');
  const mail = 'Subject: Win now\nContent-Type: text/html\n\n<p>Congratulations, claim your free holiday!\n';
  writeFileSync(join(folder, 'mail.eml'), mail);
  for (const answer of [emailTriage(['classify', '-'], mail), emailTriage(['classify', join(folder, 'mail.eml')])]) {
    if (!/text {6}Win now Congratulations, claim/.test(answer) || !/verdict {3}(ham|spam|rejected)/.test(answer)) {
      throw new Error(`unexpected answer:\n${answer}`);
    }
  }
  process.stdout.write('email-triage: the built app trains, reports, goes on and classifies\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
