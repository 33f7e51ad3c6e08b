import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRowReader, examplesOf, type RowOptions, type Rows } from './rows.js';

const encoder = new TextEncoder();

function read(text: string | Uint8Array, options: RowOptions = {}, pieceSize = 7): Rows {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const reader = createRowReader({ name: 'a.jsonl', ...options });
  const piece = new Uint8Array(pieceSize);
  for (let start = 0; start < bytes.length; start += pieceSize) {
    const part = bytes.subarray(start, start + pieceSize);
    piece.set(part);
    reader.push(piece.subarray(0, part.length));
  }
  return reader.finish();
}

const row = (fields: object) => JSON.stringify({ id: 'a', label: 0, embedding: [1, 2], ...fields });
const fails = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

it('reads ids, labels, features and texts, whatever the order of the members', () => {
  const text = [
    '{"id":"a","label":1,"embedding":[0.1,-2.5e-3,3],"document":"café \\"x\\", [1]"}',
    ' \t\v\f',
    ' { "attributes" : [ 7 ] , "embedding":[1,2], "id":"\\u00e9" ,"label": -99, "more":{"a":["}"]}, "document": 3 }',
    '{"id":"c","embedding":[3,4,5]}',
  ].join('\n');
  for (const pieceSize of [1, 7, 1000]) {
    const rows = read(text, { keepFields: ['more'] }, pieceSize);
    expect(rows.ids).toEqual(['a', 'é', 'c']);
    expect(Array.from(rows.labels)).toEqual([1, -99, -1]);
    expect(Array.from(rows.lines)).toEqual([1, 3, 4]);
    expect(rows.documents).toEqual(['café "x", [1]', undefined, undefined]);
    expect(rows.fields.map(({ more }) => more)).toEqual([undefined, { a: ['}'] }, undefined]);
    expect(Array.from(rows.features.data)).toEqual([0.1, -2.5e-3, 3, 1, 2, 7, 3, 4, 5].map(Math.fround));
    expect(examplesOf(rows)[0]).toMatchObject({ id: 'a', label: 1, document: 'café "x", [1]' });
  }
});

it('ends lines at \\n, \\r\\n and a lone \\r, wherever the pieces are cut', () => {
  const text = `${row({})}\r\n${row({ id: 'b' })}\r${row({ id: 'c' })}\n\r\n${row({ id: 'd' })}`;
  for (let pieceSize = 1; pieceSize < 60; pieceSize++) {
    expect(Array.from(read(text, {}, pieceSize).lines)).toEqual([1, 2, 3, 5]);
  }
});

it.each([
  ['auto', [1, 2, 8]],
  ['embedding', [1, 2]],
  ['attributes', [8]],
  ['embedding+attributes', [1, 2, 8]],
] as const)('composes %s', (composition, wanted) => {
  expect(Array.from(read(row({ attributes: [8] }), { composition }).features.data)).toEqual(wanted);
});

it.each<[string, string, RowOptions, string, RegExp]>([
  ['text that is no JSON', '{"id":"a"', {}, 'bad-format', /line 1: not valid JSON/],
  ['a value that is no JSON', '{"id":"a","x":tru,"embedding":[1]}', {}, 'bad-format', /line 1: "x": not valid JSON/],
  ['a line that is a list', '[1]', {}, 'bad-format', /line 1: the line: wanted one JSON object, got \[1\]/],
  ['an object over two lines', '{"id":\n"a","embedding":[1]}', {}, 'bad-format', /line 1: /],
  ['a list over two lines', '{"id":"a","embedding":[1\n,2]}', {}, 'bad-format', /line 1: /],
  [
    'a byte-order mark',
    `\ufeff${row({})}`,
    {},
    'bad-format',
    /line 1: begins with a byte-order mark; save it as UTF-8 without one$/,
  ],
  ['a line of NULs', `${row({})}\n\0\0\0\n`, {}, 'bad-format', /line 2: not valid JSON: [^\0]*\\u0000[^\0]*$/],
  ['NULs after a row', `${row({})}\0`, {}, 'bad-format', /line 1: /],
  ['a control character', `${row({})}\n \u001c \n`, {}, 'bad-format', /line 2: /],
  ['a row without id', '{"embedding":[1]}', {}, 'bad-format', /line 1: "id": wanted a nonempty string, got nothing/],
  ['an id that is a number', row({ id: 3 }), {}, 'bad-format', /"id": wanted a nonempty string, got 3/],
  ['an id that occurs before', `${row({})}\n\n${row({})}`, {}, 'duplicate-id', /line 3: id "a" occurs before/],
  [
    'a label spelled as a real',
    '{"id":"a","label":1.0,"embedding":[1]}',
    {},
    'bad-format',
    /"label": wanted an integer, got 1.0/,
  ],
  ['a label that is true', row({ label: true }), {}, 'bad-format', /"label": wanted an integer, got true/],
  ['a label that is null', row({ label: null }), {}, 'bad-format', /got null/],
  ['a label below the known ones', row({ label: -2 }), {}, 'label-out-of-range', /"label" is -2/],
  ['a label beyond the classes', row({ label: 2 }), { classCount: 2 }, 'label-out-of-range', /is 2; wanted 0 … 1/],
  [
    'no label where one is wanted',
    row({ label: undefined }),
    { requireLabels: true },
    'label-out-of-range',
    /is missing/,
  ],
  ['-1 where a class is wanted', row({ label: -1 }), { requireLabels: true }, 'label-out-of-range', /is -1/],
  [
    'a vector that is null',
    row({ embedding: null }),
    {},
    'bad-format',
    /"embedding": wanted a list of numbers, got null/,
  ],
  [
    'a vector in a vector',
    row({ embedding: [[1]] }),
    {},
    'bad-format',
    /item 0 of "embedding": wanted a number, got \[1\]/,
  ],
  ['a boolean in a vector', row({ embedding: [1, true] }), {}, 'bad-format', /item 1 of "embedding"/],
  ['NaN in a vector', '{"id":"a","embedding":[1,NaN]}', {}, 'not-finite', /number 1 of "embedding" is not finite/],
  ['a number beyond float32', '{"id":"a","embedding":[1e39]}', {}, 'not-finite', /number 0/],
  ['an empty vector', row({ embedding: [] }), {}, 'bad-format', /"embedding" is empty/],
  ['no vector at all', '{"id":"a"}', {}, 'bad-format', /neither "embedding" nor "attributes"; .* sdm embed/],
  ['a text without a vector', '{"id":"a","document":"some text"}', {}, 'bad-format', /sdm embed makes from a text/],
  ['neither text nor vector', '{"id":"a"}', { takeTexts: true }, 'bad-format', /nor a text in "document"/],
  ['a blank text', '{"id":"a","document":" "}', { takeTexts: true }, 'bad-format', /nor a text in "document"/],
  [
    'an empty vector beside a text',
    '{"id":"a","document":"text","embedding":[]}',
    { takeTexts: true },
    'bad-format',
    /"embedding" is empty/,
  ],
  [
    'a vector of the composition missing',
    row({}),
    { composition: 'embedding+attributes' },
    'bad-format',
    /"attributes" is missing/,
  ],
  [
    'another width',
    `${row({})}\n${row({ id: 'b', embedding: [1] })}`,
    {},
    'shape-mismatch',
    /line 2: the rows before have 2 features, it has 1/,
  ],
  [
    'another width than the model',
    row({}),
    { featureCount: 3 },
    'shape-mismatch',
    /line 1: wanted 3 features, it has 2/,
  ],
  ['a fingerprint that is null', row({ representationFingerprint: null }), {}, 'bad-format', /not blank, got null/],
  ['metadata that are null', row({ metadata: null }), {}, 'bad-format', /"metadata": wanted an object, got null/],
  [
    'another fingerprint',
    row({ representationFingerprint: 'x' }),
    { fingerprint: 'y' },
    'fingerprint-mismatch',
    /is "x", wanted "y"/,
  ],
  [
    'rows of two fingerprints',
    `${row({ metadata: { representationFingerprint: 'x' } })}\n${row({ id: 'b', representationFingerprint: 'y' })}`,
    {},
    'fingerprint-mismatch',
    /line 2: .* is "y", rows before have "x"/,
  ],
  ['no row', '\n \n', {}, 'empty-input', /there is no row/],
])('refuses %s', (_, text, options, code, message) => {
  for (const pieceSize of [3, 1000]) {
    expect(() => read(text, options, pieceSize)).toThrowError(fails(code, message));
  }
});

it('refuses text that is not UTF-8', () => {
  const bytes = encoder.encode(row({ document: 'x' }));
  bytes[bytes.length - 3] = 0xff;
  expect(() => read(bytes)).toThrowError(fails('bad-format', /line 1: not UTF-8/));
});

it('is as lenient as the Python reader: the last of equal keys, NaN where nobody looks, integers that have no negative zero', () => {
  const rows = read('{"id":"x","id":"a","embedding":[9,9,9],"embedding":[-0,-0.0],"other":[NaN,-Infinity,"NaN"]}', {
    keepFields: ['other'],
  });
  expect(rows.ids).toEqual(['a']);
  expect(Array.from(rows.features.data)).toEqual([0, -0]);
  expect(rows.fields[0]).toEqual({ other: [Infinity, -Infinity, 'NaN'] });
});

it('takes the fingerprint that rows declare', () => {
  expect(read(`${row({})}\n${row({ id: 'b', representationFingerprint: 'x' })}`).fingerprint).toBe('x');
  expect(read(row({})).fingerprint).toBeUndefined();
  expect(read(row({}), { fingerprint: 'x' }).fingerprint).toBeUndefined();
});

it('gives back any rows that JSON can hold', () => {
  const table = fc.array(
    fc.record({
      label: fc.constantFrom(-99, -1, 0, 5),
      embedding: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
      document: fc.string({ unit: 'grapheme' }),
      extra: fc.jsonValue(),
    }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 300 }), fc.constantFrom(0, 1), (given, pieceSize, indent) => {
      const text = given.map((fields, i) => JSON.stringify({ id: `${i}`, ...fields }, null, indent).replace(/\n/g, ''));
      const rows = read(text.join('\n'), { keepFields: ['extra'] }, pieceSize);
      expect(Array.from(rows.labels)).toEqual(given.map(({ label }) => label));
      expect(rows.documents).toEqual(given.map(({ document }) => document));
      expect(rows.fields).toEqual(given.map(({ extra }) => JSON.parse(JSON.stringify({ extra }))));
      // JSON.stringify writes the integer 0 for −0.
      expect(Array.from(rows.features.data)).toEqual(
        given.flatMap(({ embedding }) => embedding.map((value) => value + 0)),
      );
    }),
  );
});

it('takes texts without features where they are not needed, and says which rows have some', () => {
  const lines = [
    { id: 'a', document: 'one' },
    { id: 'b', embedding: [1, 2] },
    { id: 'c', document: 'three', label: 1 },
  ];
  const text = [...lines, { id: 'd', document: 'four', embedding: [3, 4] }]
    .map((line) => JSON.stringify(line))
    .join('\n');
  const rows = read(text, { takeTexts: true });
  expect(rows.ids).toEqual(['a', 'b', 'c', 'd']);
  expect(rows.documents).toEqual(['one', undefined, 'three', 'four']);
  expect(rows.featureRows).toEqual(Int32Array.of(-1, 0, -1, 1));
  expect(rows.features).toEqual({ data: Float32Array.of(1, 2, 3, 4), rows: 2, columns: 2 });
  expect(read(JSON.stringify(lines[0]), { takeTexts: true }).features).toMatchObject({ rows: 0, columns: 0 });
});
