import { SdmError } from '@sdmjs/core';
import { queriesToTurn } from '../compared-numbers.js';
import type { MatcherSupport } from '../kernels.js';
import { packSupport, type PackingPlace } from './packed-support.js';
import { createSingleQuery } from './single-query.js';
import type { Workplace } from './workplaces.js';

type Parts = ReturnType<typeof pack>;

/** What a matcher works with, until it is disposed of. */
export interface MatcherParts {
  /** The parts as they are now: valid until `expect` is called. Throws `out-of-range` after `dispose`, naming what was asked. */
  now(what: string): Parts;
  /** Hears of queries before they are matched: once it pays, support rows are turned into the dimensions of their span. */
  expect(queries: number): void;
  /** Whether somebody works on with what `now` gave, which then stays. */
  isHeld: boolean;
  dispose(): void;
}

/** Packs a support in a workplace of its own. Throws `not-finite` or `out-of-memory`. */
export function createParts(support: MatcherSupport, { arena, team, release }: Workplace): MatcherParts {
  const { vectors, span, expectedQueries = 0 } = support;
  const turnsFrom = span ? queriesToTurn({ ...vectors, dimensions: span.columns }) : Number.POSITIVE_INFINITY;
  let queries = 0;
  let isTurned = expectedQueries >= turnsFrom;
  let parts: Parts | undefined = pack(isTurned ? support : { ...support, span: undefined }, { arena, team });
  const matcherParts: MatcherParts = {
    now(what) {
      if (parts === undefined) throw new SdmError('out-of-range', `${what}: this matcher has been disposed`);
      return parts;
    },
    expect(count) {
      queries += count;
      if (parts === undefined || isTurned || queries < turnsFrom || matcherParts.isHeld) return;
      isTurned = true;
      arena.release(0);
      parts = pack(support, { arena, team });
    },
    isHeld: false,
    dispose() {
      if (parts) release();
      parts = undefined;
    },
  };
  return matcherParts;
}

function pack(support: MatcherSupport, place: PackingPlace) {
  const packed = packSupport(support, place);
  return { packed, single: createSingleQuery(packed, place.team) };
}
