import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoFiles } from '../testing/demo-files.js';
import { sdm } from '../testing/fake-host.js';
import { assignParts } from './assign-parts.js';
import { joinGroups } from './join-groups.js';

let root: string;
let path: (name: string) => string;
beforeAll(async () => ({ root, path } = await demoFiles(100)));
afterAll(() => rm(root, { recursive: true, force: true }));

const PARTS = [
  { name: 'a', share: 0.5 },
  { name: 'b', share: 0.3 },
  { name: 'c', share: 0.2 },
];

it('keeps the shares within every label', () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const assigned = assignParts({ groups: Array(100).fill(undefined), labels, parts: PARTS, seed: 1 });
  const countOf = (part: number, label: number) =>
    assigned.filter((own, row) => own === part && labels[row] === label).length;
  expect([0, 1, 2].map((part) => [countOf(part, 0), countOf(part, 1)])).toEqual([
    [45, 5],
    [27, 3],
    [18, 2],
  ]);
  expect(assignParts({ groups: Array(100).fill(undefined), labels, parts: PARTS, seed: 1 })).toEqual(assigned);
  expect(assignParts({ groups: Array(100).fill(undefined), labels, parts: PARTS, seed: 2 })).not.toEqual(assigned);
});

it('never cuts a group', () => {
  const groups = Array.from({ length: 90 }, (_, i) => String(i % 30));
  const assigned = assignParts({ groups, labels: new Int32Array(90), parts: PARTS, seed: 3 });
  groups.forEach((group, row) => expect(assigned[row]).toBe(assigned[groups.indexOf(group)]));
  expect(PARTS.map((_, part) => assigned.filter((own) => own === part).length)).toEqual([45, 27, 18]);
});

it('refuses a part without rows', () => {
  const request = { groups: ['x', 'x'], labels: new Int32Array(2), parts: PARTS, seed: 0 };
  expect(() => assignParts(request)).toThrowError(expect.objectContaining({ code: 'out-of-range' }));
});

it('joins rows that one key or another connects', () => {
  const joined = joinGroups([
    ['x', 'x', undefined, 'y', undefined],
    [undefined, '1', '1', '2', '3'],
  ]);
  expect(joined.map((group) => joined.indexOf(group))).toEqual([0, 0, 0, 3, 4]);
});

it('writes the lines as they are, each into one part', async () => {
  const { exitCode, stdout } = await sdm(`split --input ${path('training.jsonl')} --output-folder ${path('parts')}`);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/training +4[01] +/);
  const parts = await Promise.all(
    ['training', 'calibration', 'test'].map((name) => readFile(path(`parts/${name}.jsonl`), 'utf8')),
  );
  const given = (await readFile(path('training.jsonl'), 'utf8')).trim().split('\n');
  expect(parts.flatMap((text) => text.trim().split('\n')).toSorted()).toEqual(given.toSorted());
});

it('finds the same text, features and group on both sides, and keeps them together when told to', async () => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({
      id: `r${i}`,
      label: i % 2,
      author: `a${i % 20}`,
      document: ` Text  ${i % 30}`,
      embedding: [i % 15, i % 2],
    }),
  );
  await writeFile(path('twins.jsonl'), rows.join('\r\n'));
  const line = `split --input ${path('twins.jsonl')} --output-folder ${path('twins')} --parts a=0.5,b=0.5 --seed 1`;
  const loose = await sdm(line);
  expect(loose.exitCode).toBe(0);
  expect(loose.stdout).toMatch(/leak: \d+ × the same text in two parts/);
  expect(loose.stdout).toMatch(/leak: \d+ × the same features/);
  const checked = await sdm(`split --check ${path('twins/a.jsonl')} ${path('twins/b.jsonl')} --group-field author`);
  expect(checked).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^sdm: .*the same text in two files[^\n]*\n$/),
  });
  expect(checked.stdout).toMatch(/the same group/);
  await sdm(`${line} --keep-duplicates-together --group-field author`.replace('twins --parts', 'apart --parts'));
  expect(
    await sdm(`split --check ${path('apart/a.jsonl')} ${path('apart/b.jsonl')} --group-field author`),
  ).toMatchObject({ exitCode: 0 });
});

it('splits texts before they have features, and finds those on both sides', async () => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({
      id: `r${i}`,
      label: i % 2,
      document: `Text ${i % 30}`,
      ...(i % 7 === 0 && { embedding: [i, 1] }),
    }),
  );
  await writeFile(path('texts.jsonl'), rows.join('\n'));
  const line = `split --input ${path('texts.jsonl')} --parts a=0.5,b=0.5 --output-folder`;
  const check = (folder: string) => sdm(`split --check ${path(`${folder}/a.jsonl`)} ${path(`${folder}/b.jsonl`)}`);
  const loose = await sdm(`${line} ${path('loose')}`);
  expect(loose).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/leak: \d+ × the same text/) });
  expect(loose.stdout).not.toMatch(/× the same features/);
  expect(await check('loose')).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/the same text in two/) });
  expect((await sdm(`${line} ${path('kept')} --keep-duplicates-together`)).stdout).toMatch(
    /no text, features or group/,
  );
  expect(await check('kept')).toMatchObject({ exitCode: 0 });
});

it.each(['bash', 'zsh', 'fish'])('prints a completion script for %s', async (shell) => {
  const { stdout } = await sdm(`completion ${shell}`);
  expect(stdout).toContain('exemplar-dimension');
  if (shell !== 'bash') return;
  const ask = (words: string) =>
    execFileSync(
      'bash',
      ['-c', `${stdout}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _sdm; echo "\${COMPREPLY[@]}"`],
      { encoding: 'utf8' },
    );
  expect(ask('sdm tr')).toBe('train\n');
  expect(ask('sdm train --ep')).toBe('--epochs\n');
});
