import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type NumberBuffer, parseNumbers } from './parse-numbers.js';

const encoder = new TextEncoder();

function read(text: string): { end: number; values: number[] } {
  const buffer: NumberBuffer = { values: new Float32Array(0), count: 0 };
  const end = parseNumbers(encoder.encode(text), 0, buffer);
  return { end, values: Array.from(buffer.values.subarray(0, buffer.count)) };
}

/** What reexpress-sdm does: the double nearest to the text, then float32; and -0 is an integer, which has no sign at zero. */
const byDefinition = (token: string) => (/^-0$/.test(token) ? 0 : Math.fround(Number(token)));

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.integer({ min: 1, max: 9 }), digits(0, 30)).map((parts) => parts.join('')),
    ),
    fc.option(digits(1, 30), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1, 2)), { nil: undefined }),
  )
  .map(
    ([sign, integer, fraction, exponent]) =>
      `${sign}${integer}${fraction ? `.${fraction}` : ''}${exponent?.join('') ?? ''}`,
  );

it('gives the double nearest to the text, rounded to float32, for any spelling of a number', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 5 }), (tokens) => {
      const wanted = tokens.map(byDefinition);
      const { end, values } = read(`[${tokens.join(' , ')}]`);
      const areFinite = wanted.every((value) => Number.isFinite(value));
      expect(end).toBe(areFinite ? `[${tokens.join(' , ')}]`.length : -1);
      if (areFinite) expect(values).toEqual(wanted);
    }),
    { numRuns: 3000 },
  );
});

it('rounds twice where one rounding would give another number', () => {
  // Just above the middle of two float32 numbers, by less than a double can tell.
  const nearMiddle = '1.00000005960464477539062500000001';
  expect(read(`[${nearMiddle}]`).values).toEqual([Math.fround(Number(nearMiddle))]);
  expect(read('[16777217,16777219,-16777217.0]').values).toEqual([16777216, 16777220, -16777216]);
});

it('gives back every float32 that was printed in full', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })), (values) => {
      expect(
        read(`[${values.map((value) => (Object.is(value, -0) ? '-0.0' : String(value))).join(',')}]`).values,
      ).toEqual(values);
    }),
  );
});

it.each([
  '[01]',
  '[+1]',
  '[.5]',
  '[1.]',
  '[1e]',
  '[0e]',
  '[-]',
  '[1 2]',
  '[1,]',
  '[,1]',
  '[1',
  '[null]',
  '[NaN]',
  '[1e39]',
  '[[1]]',
  '[0x1]',
])('leaves %s to a closer look', (text) => {
  expect(read(text).end).toBe(-1);
});
