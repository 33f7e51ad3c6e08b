import { printable } from '@sdmjs/core';
import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoFiles, QUICK } from '../testing/demo-files.js';
import { sdm } from '../testing/fake-host.js';

let root: string;
let path: (name: string) => string;
const HOSTILE = 'a\u001b[2Jb\nc\u0007\u009b31m\u202e';
const CONTROLS = /[^\P{Cc}\n]|[\u202a-\u202e]/u;

beforeAll(async () => {
  ({ root, path } = await demoFiles(40));
  const rows = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({
      id: `${i % 20}${HOSTILE}`,
      label: i % 2,
      document: `${HOSTILE} ${i % 20}`,
      embedding: Array.from({ length: 16 }, (__, j) => Math.sin(i * 16 + j)),
    }),
  );
  await writeFile(path('a.jsonl'), rows.slice(0, 20).join('\n'));
  await writeFile(path('b.jsonl'), rows.slice(20).join('\n'));
  const files = `--training ${path('a.jsonl')} --calibration ${path('calibration.jsonl')}`;
  await sdm(`train ${files} --output ${path('model.sdmkitmodel')} ${QUICK} --do-not-shuffle-data`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

it('shows control characters and those that turn the direction of writing as �', () => {
  expect(printable(HOSTILE)).toBe('a�[2Jb�c��31m�');
  expect(printable('Grüße, 你好, שלום, 🙂')).toBe('Grüße, 你好, שלום, 🙂');
});

it.each([
  ['explain, the row and its exemplars', `explain --model $/model.sdmkitmodel --input $/b.jsonl --id 3${HOSTILE}`, 0],
  ['split, the leaks', 'split --check $/a.jsonl $/b.jsonl', 2],
  ['certify, a row that was trained on', 'certify --model $/model.sdmkitmodel --input $/a.jsonl', 2],
  ['an id that is not there', `explain --model $/model.sdmkitmodel --input $/b.jsonl --id no${HOSTILE}`, 2],
  ['a verb that is none', `${HOSTILE}`, 2],
  ['an option that is none', `inspect --${HOSTILE}`, 2],
  ['an ill-formed fingerprint', `inspect --input $/a.jsonl --composition ${HOSTILE}`, 2],
])('lets no id, text or name control the terminal: %s', async (_, line, exitCode) => {
  const result = await sdm(line.replaceAll('$', root));
  expect(result).toMatchObject({ exitCode });
  expect(result.stdout + result.stderr).toMatch(/a�\[2Jb[� ]c/);
  expect(result.stdout + result.stderr).not.toMatch(CONTROLS);
});
