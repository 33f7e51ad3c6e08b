import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Place, requireOwnPlaces } from './places.js';

// The tables below name places in it.
const root = mkdtempSync(join(tmpdir(), 'sdm-places-'));

beforeAll(() => {
  mkdirSync(join(root, 'folder/model'), { recursive: true });
  writeFileSync(join(root, 'rows'), 'rows');
  linkSync(join(root, 'rows'), join(root, 'hard'));
  symlinkSync('rows', join(root, 'soft'));
  symlinkSync('folder', join(root, 'way'));
  symlinkSync('folder/new', join(root, 'dangling'));
  symlinkSync('circle', join(root, 'circle'));
});
afterAll(() => rmSync(root, { recursive: true }));

const at = (path: string) => (path.startsWith('/') ? path : `${root}/${path}`);
const file = (option: string, path: string): Place => ({ option, path: at(path) });
const model = (option: string, path: string): Place => ({ option, path: at(path), isModel: true });
const clash = (inputs: Place[], outputs: Place[]) => () => requireOwnPlaces({ inputs, outputs });

it.each<[string, Place[], Place[], RegExp]>([
  ['rows', [file('--input', 'rows')], [file('--output', 'rows')], /^--output: .*rows is what --input reads; choose /],
  ['by another spelling', [file('--input', './folder/../rows')], [file('--output', 'rows')], /reads/],
  ['a hard link', [file('--input', 'rows')], [file('--output', 'hard')], /hard is what --input reads/],
  ['a link', [file('--input', 'rows')], [file('--output', 'soft')], /soft is what --input reads/],
  ['through a linked folder', [file('--input', 'way/model/../x')], [file('--output', 'folder/x')], /reads/],
  [
    'a member',
    [model('--model', 'way/model')],
    [file('--output', 'folder/model/x')],
    /x lies in .*way\/model of --mod/,
  ],
  ['a model in it', [model('--model', 'folder/model')], [model('--output', 'folder/model/x')], /lies in/],
  [
    'rows in a model',
    [file('--training', 'm/x')],
    [model('--output', 'm')],
    /^--training: .*m\/x lies in .*m of --output/,
  ],
  ['a model by a file', [model('--model', 'folder/model')], [file('--output', 'folder/model')], /--model reads/],
  ['two new files', [], [file('--a', 'new'), file('--b', './new')], /^--a and --b both write .*new; give each a path/],
  ['a link to nothing', [], [file('--a', 'dangling'), file('--b', 'way/new')], /both write/],
  [
    'a report in a model',
    [],
    [model('--output', 'm'), file('--report', 'm/x')],
    /^--report: .*m\/x lies in .*m of --out/,
  ],
  [
    'a report about a model',
    [],
    [file('--report', 'm/x'), model('--output', 'm')],
    /^--report: .*m\/x lies in .*m of --out/,
  ],
])('refuses to replace %s', (_, inputs, outputs, message) => {
  expect(clash(inputs, outputs)).toThrow(
    expect.objectContaining({ code: 'destination-exists', message: expect.stringMatching(message) }),
  );
});

it.each<[string, Place[], Place[]]>([
  ['different files', [file('--input', 'rows')], [file('--output', 'new'), file('--report', 'folder/new')]],
  ['names that begin alike', [model('--model', 'm')], [file('--output', 'm.json'), file('--report', 'mm')]],
  ['a folder of rows', [file('--input', 'folder/rows')], [file('--output', 'folder/new')]],
  ['a model in place of its source', [model('--model', 'folder/model')], [model('--output', 'folder/model')]],
  [
    'standard output twice',
    [file('--input', 'rows')],
    [
      { option: '--a', path: '-' },
      { option: '--b', path: '-' },
    ],
  ],
  ['what is not given', [{ option: '--input', path: undefined }], [{ option: '--output', path: undefined }]],
  ['a link in a circle', [file('--input', 'rows')], [file('--output', 'circle')]],
])('takes %s', (_, inputs, outputs) => {
  expect(clash(inputs, outputs)).not.toThrow();
});

it.skipIf(!existsSync('/dev/null'))('takes a device twice: nothing is replaced there', () => {
  expect(clash([file('--input', '/dev/null')], [file('--a', '/dev/null'), file('--b', '/dev/null')])).not.toThrow();
});
