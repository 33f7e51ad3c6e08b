import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { readTexts } from './read-texts.js';

const folder = mkdtempSync(join(tmpdir(), 'triage-mails-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

it('reads mails from files and from standard input, in order', async () => {
  const files = [write('a.eml', 'Subject: Lunch\n\nAt noon?'), '-'];
  expect(await readTexts(files, Readable.from(['You have won']))).toEqual(['Lunch\nAt noon?', 'You have won']);
});

it.each<[string, () => string, RegExp]>([
  ['an empty file', () => write('empty.eml', ''), /empty\.eml holds neither a subject nor a text/],
  ['a mail that says nothing', () => write('blank.eml', 'From: a@b.c\n\n \n'), /blank\.eml holds neither/],
  ['no standard input', () => '-', /^standard input holds neither/],
  ['a file that is not there', () => join(folder, 'absent.eml'), /cannot read .*absent\.eml/],
])('refuses %s by its name', async (_, file, message) => {
  await expect(readTexts([write('sound.eml', 'x'), file()], Readable.from([]))).rejects.toThrowError(message);
});
