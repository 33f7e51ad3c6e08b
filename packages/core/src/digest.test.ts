import { expect, it } from 'vitest';
import { fingerprintOf, sha256Hex } from './digest.js';

const bytes = (text: string) => new TextEncoder().encode(text);

it('gives the digest of FIPS 180-2, example B.1, also for a view into a larger buffer', async () => {
  const wanted = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await sha256Hex(bytes('abc'))).toBe(wanted);
  expect(await sha256Hex(bytes('xabcx').subarray(1, 4))).toBe(wanted);
});

it('confuses neither the order nor the borders of parts', async () => {
  const all = [['ab', 'c'], ['a', 'bc'], ['c', 'ab'], ['abc']];
  const fingerprints = await Promise.all(all.map(fingerprintOf));
  expect(new Set(fingerprints).size).toBe(all.length);
  expect(await fingerprintOf([bytes('ab'), 'c'])).toBe(fingerprints[0]);
});
