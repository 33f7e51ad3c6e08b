import { type Matrix, rowOf, SdmError } from '@sdmjs/core';
import { describe, expect, it } from 'vitest';
import type { Encoder } from '../encoder.js';

/** Makes an encoder, the same one every time; the suite disposes it. */
export type CreateEncoder = () => Promise<Encoder>;

const TEXTS = [
  'The meeting is moved to Thursday.',
  'Win a free holiday now!',
  'A longer sentence, with a comma and some more words than the others have, so that a batch of both must be padded.',
  'The meeting is moved to Thursday.',
  'no',
] as const;

/**
 * The contract of an encoder as a vitest suite. `tolerance` is how far the same text may lie from itself in another batch, as a share of
 * the length of its row; the default allows for float32 sums in another order.
 */
export function testEncoder(name: string, create: CreateEncoder, { tolerance = 1e-5 } = {}): void {
  describe(`encoder: ${name}`, () => {
    describeRows(create, tolerance);
    describeRequests(create);
    describeChecks(create);
  });
}

function describeRows(create: CreateEncoder, tolerance: number): void {
  it('gives one row a text, finite and of one width', () =>
    using(create, async (encoder) => {
      const features = await encoder.encode(TEXTS);
      expect(features.rows).toBe(TEXTS.length);
      expect(features.columns).toBeGreaterThan(0);
      expect(features.data.every(Number.isFinite)).toBe(true);
    }));

  it.each([1, 2, 3])('gives the same rows in batches of %i', (batchSize) =>
    using(create, async (encoder) =>
      expectNear(await encoder.encode(TEXTS, { batchSize }), await encoder.encode(TEXTS), tolerance),
    ),
  );

  it('keeps the order of the texts', () =>
    using(create, async (encoder) => {
      const reversed = await encoder.encode(TEXTS.toReversed(), { batchSize: 2 });
      const rows = TEXTS.map((_, i) => rowOf(reversed, TEXTS.length - 1 - i));
      const again: Matrix = { ...reversed, data: Float32Array.from(rows.flatMap((row) => [...row])) };
      expectNear(again, await encoder.encode(TEXTS), tolerance);
    }));

  it('gives equal texts equal rows and other texts other rows', () =>
    using(create, async (encoder) => {
      const features = await encoder.encode(TEXTS);
      const limit = 10 * tolerance;
      expect(distance(rowOf(features, 0), rowOf(features, 3))).toBeLessThanOrEqual(limit);
      for (const other of [1, 2, 4])
        expect(distance(rowOf(features, 0), rowOf(features, other))).toBeGreaterThan(limit);
    }));

  it('answers no texts with no rows', () =>
    using(create, async (encoder) => expect((await encoder.encode([])).rows).toBe(0)));

  it('answers two requests at a time', () =>
    using(create, async (encoder) => {
      const options = { batchSize: 1 };
      const [all, some] = await Promise.all([
        encoder.encode(TEXTS, options),
        encoder.encode(TEXTS.slice(1, 3), options),
      ]);
      const part: Matrix = { ...some, data: all.data.slice(all.columns, 3 * all.columns) };
      expectNear(some, part, tolerance);
    }));
}

function describeRequests(create: CreateEncoder): void {
  it('says how far it is, to the end', () =>
    using(create, async (encoder) => {
      const said: number[] = [];
      await encoder.encode(TEXTS, {
        batchSize: 2,
        onProgress({ completed, total }) {
          expect(total).toBe(TEXTS.length);
          said.push(completed);
        },
      });
      expect(said).toEqual(said.toSorted((a, b) => a - b));
      expect(said.length).toBeGreaterThan(1);
      expect(said.at(-1)).toBe(TEXTS.length);
    }));

  it('stops when asked to, before the first batch and between two', () =>
    using(create, async (encoder) => {
      await expectRefusal(encoder.encode(TEXTS, { signal: AbortSignal.abort() }), 'aborted');
      const stop = new AbortController();
      let last = 0;
      const stopped = encoder.encode(TEXTS, {
        batchSize: 1,
        signal: stop.signal,
        onProgress({ completed }) {
          last = completed;
          stop.abort();
        },
      });
      await expectRefusal(stopped, 'aborted');
      expect(last).toBeLessThan(TEXTS.length);
      expect((await encoder.encode(['still of use'])).rows).toBe(1);
    }));

  it('names its features, the same each time it is made', () =>
    using(create, async (encoder) => {
      const { provider, fingerprint } = encoder.representation;
      expect([provider, fingerprint]).not.toContain('');
      await using(create, async (again) => expect(again.representation).toEqual(encoder.representation));
    }));
}

function describeChecks(create: CreateEncoder): void {
  it.each(['', ' \n\t'])('refuses a text that says nothing: %j', (empty) =>
    using(create, (encoder) => expectRefusal(encoder.encode(['a text', empty]), 'empty-input')),
  );

  it.each([0, -1, 1.5, Number.NaN])('refuses batches of %d', (batchSize) =>
    using(create, (encoder) => expectRefusal(encoder.encode(TEXTS, { batchSize }), 'out-of-range')),
  );
}

async function using(create: CreateEncoder, use: (encoder: Encoder) => Promise<unknown>): Promise<void> {
  const encoder = await create();
  try {
    await use(encoder);
  } finally {
    encoder.dispose();
  }
}

function expectNear(got: Matrix, wanted: Matrix, tolerance: number): void {
  expect([got.rows, got.columns]).toEqual([wanted.rows, wanted.columns]);
  for (let i = 0; i < wanted.rows; i++) {
    expect([i, distance(rowOf(got, i), rowOf(wanted, i)) <= tolerance]).toEqual([i, true]);
  }
}

/** Of two rows, as a share of the length of the second. */
function distance(row: Float32Array, other: Float32Array): number {
  const difference = row.map((value, i) => value - other[i]!);
  return Math.hypot(...difference) / Math.hypot(...other);
}

async function expectRefusal(attempt: Promise<unknown>, code: string): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(SdmError.is(error) ? error.code : error).toBe(code);
}
