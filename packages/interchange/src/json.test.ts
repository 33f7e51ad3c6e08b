import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indentedLength, jsonDepth, parseJson, stringifyJson } from './json.js';

it('keeps integers of 64 bits', () => {
  const text = '{"seeds":[18446744073709551615,-9223372036854775808,9007199254740993,42]}';
  expect(parseJson(text, 'x')).toEqual({ seeds: [2n ** 64n - 1n, -(2n ** 63n), 9007199254740993n, 42] });
  expect(stringifyJson(parseJson(text, 'x'))).toBe(text);
});

it('spells large reals so that no reader takes them for integers, and keeps the sign of zero', () => {
  expect(stringifyJson([1e20, -1e20, 2 ** 53, 2 ** 53 - 1, 1e300, -0, 0.1, 1e-7])).toBe(
    '[1e+20,-1e+20,9.007199254740992e+15,9007199254740991,1e+300,-0.0,0.1,1e-7]',
  );
});

it('escapes everything beyond printable ASCII', () => {
  expect(stringifyJson('é\u007f😀"\\\n')).toBe('"\\u00e9\\u007f\\ud83d\\ude00\\"\\\\\\n"');
});

it('gives back any JSON value bit for bit', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(parseJson(stringifyJson(value), 'x')).toStrictEqual(value);
    }),
  );
});

it('tells the length of what it would write', () => {
  const value = fc.anything({
    withBigInt: false,
    withNullPrototype: false,
    withTypedArray: false,
    values: [
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    ],
  });
  fc.assert(
    fc.property(value, (content) => {
      expect(indentedLength(content)).toBe(stringifyJson(content, { indent: 2 }).length);
      const inner =
        stringifyJson({ a: { b: content } }, { indent: 2 }).length - '{\n  "a": {\n    "b": \n  }\n}'.length;
      expect(indentedLength(content, 2)).toBe(inner);
    }),
  );
  expect(indentedLength({ a: undefined, b: [] })).toBe('{\n  "b": []\n}'.length);
});

it.each([
  ['a duplicate key', '{"a":1,"a":2}'],
  ['keys equal under NFC', '{"\u00e9":1,"e\u0301":1}'],
  ['NaN', '[NaN]'],
  ['an infinity', '[-Infinity]'],
  ['a real that overflows', '[1e999]'],
  ['an integer beyond 64 bits', '[18446744073709551616]'],
  ['an integer below 64 bits', '[-9223372036854775809]'],
  ['a lone surrogate', '["\\ud800"]'],
  ['a lone surrogate as key', '{"\\udc00":1}'],
  ['a byte-order mark', '\ufeff{}'],
  ['text after the value', '{} {}'],
  ['a text cut short', '{"a":[1,2'],
  ['nothing', ''],
])('refuses %s and says where', (_, text) => {
  expect(() => parseJson(text, 'manifest.json')).toThrowError(
    expect.objectContaining({ code: 'bad-format', message: expect.stringMatching(/^manifest\.json: /) }),
  );
});

it('refuses to write what JSON cannot hold', () => {
  expect(() => stringifyJson({ loss: Number.NaN })).toThrowError(expect.objectContaining({ code: 'not-finite' }));
});

it('measures nesting', () => {
  expect([1, [], [1], { a: [{}] }, { a: [{ b: 1 }] }].map(jsonDepth)).toEqual([0, 0, 1, 2, 3]);
});
