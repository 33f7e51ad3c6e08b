import { SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { createRowReader } from './rows.js';
import { createTextRowReader, encodeEmbeddedRow, type TextRow, type TextRowOptions } from './text-rows.js';

function read(source: string, options: TextRowOptions = {}, pieceSize = source.length * 4): TextRow[] {
  const rows: TextRow[] = [];
  const reader = createTextRowReader(options, (row) => void rows.push(row));
  const bytes = new TextEncoder().encode(source);
  for (let start = 0; start < bytes.length; start += pieceSize) reader.push(bytes.subarray(start, start + pieceSize));
  reader.finish();
  return rows;
}

const LINE = '{"id": "ä", "document":"Ein \\"Wort\\"\\u00e4", "big": 12345678901234567890, "x":[1, {"y": NaN}] }';

it('reads texts, whole or in pieces, and leaves all other members as they are spelled', () => {
  const [row] = read(`\n${LINE}\r\n`);
  expect(row).toEqual({
    id: 'ä',
    text: 'Ein "Wort"ä',
    line: 2,
    members: '"id":"ä","document":"Ein \\"Wort\\"\\u00e4","big":12345678901234567890,"x":[1, {"y": NaN}]',
  });
  expect(read(`\n${LINE}\r\n`, {}, 3)).toEqual([row]);
});

it('gives the row features that read back bit for bit, in place of those it had', () => {
  const features = Float32Array.of(0.1, -1 / 3, 1e-45, 3.4028234663852886e38, 16777217, 0, 123456.789);
  const [row] = read('{"embedding":[7,8],"id":"a","body":"text","representationFingerprint":"old","label":1}', {
    textField: 'body',
  });
  const line = encodeEmbeddedRow(row!, 'new', features);
  expect(line).toMatch(/^\{"id":"a","body":"text","label":1,"representationFingerprint":"new","embedding":\[0\.1,/);
  const reader = createRowReader();
  reader.push(new TextEncoder().encode(line));
  const rows = reader.finish();
  expect(rows).toMatchObject({ ids: ['a'], fingerprint: 'new' });
  expect(rows.features.data).toEqual(features);
});

it.each<[string, string, string, RegExp]>([
  ['a row without a text', '{"id":"a"}', 'bad-format', /^rows, line 1: "document" is missing; .*name the member/],
  ['a text that is a number', '{"id":"a","document":3}', 'bad-format', /line 1: "document" is 3, which is no text/],
  ['a text that says nothing', '{"id":"a","document":" \\n"}', 'empty-input', /line 1: "document" is empty/],
  ['no id', '{"document":"x"}', 'bad-format', /line 1: "id"/],
  ['the same id twice', '{"id":"a","document":"x"}\n{"id":"a","document":"y"}', 'duplicate-id', /line 2: id "a"/],
  ['a label that is none', '{"id":"a","document":"x","label":"spam"}', 'bad-format', /line 1: "label"/],
  ['no JSON', '{"id":"a","document":"x"}\nnot json', 'bad-format', /line 2: not valid JSON/],
  ['a value that is no JSON', '{"id":"a","document":"x","y":tru}', 'bad-format', /line 1: "y": not valid JSON/],
  ['a line of NULs', '{"id":"a","document":"x"}\n\0\0', 'bad-format', /line 2: not valid JSON/],
  ['half a line', '{"id":"a","document":"x"', 'bad-format', /line 1/],
  ['no row', '\n \n', 'empty-input', /there is no row/],
])('refuses %s', (_, source, code, message) => {
  const thrown = (() => {
    try {
      return read(source);
    } catch (error) {
      return error;
    }
  })();
  expect(SdmError.is(thrown) && { code: thrown.code, says: message.test(thrown.message) }).toEqual({
    code,
    says: true,
  });
});
