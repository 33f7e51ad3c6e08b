import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOrderStatistics } from './order-statistics.js';

describe('createOrderStatistics', () => {
  it('ranks what is left as a sorted list would', () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.nat()), (drawn, picks) => {
        const ranks = createOrderStatistics(Float32Array.from(drawn));
        const left = [...drawn.keys()];
        for (;;) {
          const sorted = left.map((i) => drawn[i]!).sort((a, b) => a - b);
          sorted.forEach((value, rank) => expect(ranks.at(rank)).toBe(value));
          expect(ranks.at(left.length)).toBeNaN();
          for (const value of [0, 4.5, 9, 10]) {
            expect(ranks.countAtLeast(value)).toBe(sorted.filter((other) => other >= value).length);
          }
          if (left.length === 0) return;
          const [gone] = left.splice(picks.next().value! % left.length, 1);
          ranks.remove(gone!);
        }
      }),
    );
  });
});
