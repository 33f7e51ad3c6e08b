import fc from 'fast-check';
import { SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NamedNumbers, safetensorsPieces } from './safetensors.js';

const tensors = new Map([
  ['a', { shape: [2, 2], values: Float32Array.of(1, -0, 3.5, 1e-45) }],
  ['__proto__', { shape: [], values: Float32Array.of(7) }],
  ['empty', { shape: [0, 3], values: new Float32Array() }],
]);

it('reads back what it wrote, names like __proto__ and scalars included', () => {
  const decoded = decodeSafetensors(encodeSafetensors(tensors, { step: '3' }));
  expect(decoded.tensors).toEqual(tensors);
  expect(decoded.metadata).toEqual(new Map([['step', '3']]));
});

it('gives the same bytes in pieces, of any array of numbers', () => {
  const values = Int32Array.from({ length: 150_000 }, (_, i) => i);
  const many = new Map<string, NamedNumbers>([...tensors, ['many', { shape: [values.length], values }]]);
  const pieces = Array.from(safetensorsPieces(many, { step: '3' }), (piece) => [...piece]);
  expect(Math.max(...pieces.map(({ length }) => length))).toBe(4 * 65_536);
  const bytes = encodeSafetensors(many, { step: '3' });
  expect(Buffer.compare(Uint8Array.from(pieces.flat()), bytes)).toBe(0);
  expect(decodeSafetensors(bytes).tensors.get('many')!.values).toEqual(Float32Array.from(values));
});

it('reads bytes that start anywhere and numbers that are not aligned', () => {
  const header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ';
  const bytes = new Uint8Array(1 + 8 + header.length + 4);
  bytes[1] = header.length;
  bytes.set(new TextEncoder().encode(header), 9);
  bytes.set([0, 0, 128, 63], 9 + header.length);
  expect(decodeSafetensors(bytes.subarray(1)).tensors.get('x')!.values).toEqual(Float32Array.of(1));
});

it('refuses a file cut off anywhere or with bytes left over', () => {
  const bytes = encodeSafetensors(tensors);
  const isRefused = (part: Uint8Array) => expect(() => decodeSafetensors(part)).toThrow(SdmError);
  for (let size = 0; size < bytes.length; size++) isRefused(bytes.subarray(0, size));
  isRefused(new Uint8Array([...bytes, 0]));
});

it('never fails otherwise than with bad-format when header bytes change', () => {
  const bytes = encodeSafetensors(tensors);
  fc.assert(
    fc.property(fc.nat(bytes.length - 21), fc.integer({ min: 0, max: 255 }), (place, value) => {
      const changed = bytes.slice();
      changed[place] = value;
      try {
        decodeSafetensors(changed);
      } catch (error) {
        expect(SdmError.is(error, 'bad-format')).toBe(true);
      }
    }),
  );
});

it('refuses other number types and wrong sizes', () => {
  const file = (entry: object) => {
    const header = new TextEncoder().encode(JSON.stringify({ x: entry }));
    return new Uint8Array([header.length, 0, 0, 0, 0, 0, 0, 0, ...header, 0, 0, 0, 0]);
  };
  expect(() => decodeSafetensors(file({ dtype: 'F16', shape: [2], data_offsets: [0, 4] }))).toThrow(/F16; only F32/);
  expect(() => decodeSafetensors(file({ dtype: 'F32', shape: [2], data_offsets: [0, 4] }))).toThrow(
    /4 bytes for \[2\]/,
  );
  expect(() => decodeSafetensors(file({ dtype: 'F32', shape: [1], data_offsets: [4, 0] }))).toThrow(/offsets/);
  expect(() => decodeSafetensors(file({ dtype: 'F32', shape: [0], data_offsets: [4, 4] }))).toThrow(/side by side/);
  expect(() => encodeSafetensors(new Map([['x', { shape: [2], values: new Float32Array(1) }]]))).toThrow(
    /1 numbers for \[2\]/,
  );
});
