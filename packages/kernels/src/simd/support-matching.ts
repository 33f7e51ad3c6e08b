import { selectRows } from '@sdmjs/core';
import { createBreather } from '../breather.js';
import { emptyMatches, requireMatchRequest, requireOwnClasses } from '../checks.js';
import type { Matcher, MatcherSupport, Matches, SupportMatchRequest } from '../kernels.js';
import type { Team } from '../threads/team.js';
import { matchGoodRows, type Order, orderByClass } from './match-support.js';
import type { MatcherParts } from './matcher-parts.js';

/** What matching a support to itself wants of its matcher. */
interface Place extends Pick<Matcher, 'match'> {
  readonly team: Team;
  readonly parts: MatcherParts;
}

/** Support rows that are copied to be queries. */
const ROWS_AT_ONCE = 1000;

/** `matchSupport` of a matcher: good rows together, where that is worth while, and the others as any queries. */
export function createSupportMatching(support: MatcherSupport, { match, team, parts }: Place): Matcher['matchSupport'] {
  const { vectors } = support;
  const goodClasses = support.goodClasses.slice();

  /** Matches good rows, each pair once. Returns whether that could be done. */
  async function matchTogether(order: Order, request: SupportMatchRequest, matches: Matches): Promise<boolean> {
    const breathe = createBreather(request.signal, 'matchSupport');
    const { packed } = parts.now('matchSupport');
    const mark = packed.arena.mark();
    const steps = matchGoodRows(packed, team, { order, cap: request.maxSimilarity, matches });
    parts.isHeld = true;
    try {
      for (;;) {
        parts.now('matchSupport');
        const { done, value } = steps.next();
        if (done) return value;
        request.onProgress?.(Math.floor(value * order.good));
        await breathe();
      }
    } finally {
      parts.isHeld = false;
      packed.arena.release(mark);
    }
  }

  /** Matches rows to all others, one by one. */
  async function matchAlone(rows: Int32Array, request: SupportMatchRequest, matches: Matches): Promise<void> {
    const { predictions, onProgress, ...rest } = request;
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const exclusions = rows.subarray(start, start + ROWS_AT_ONCE);
      const before = vectors.rows - rows.length + start;
      const found = await match({
        ...rest,
        queries: selectRows(vectors, exclusions),
        predictions: Int32Array.from(exclusions, (row) => predictions[row]!),
        exclusions,
        onProgress: (count) => onProgress?.(before + count),
      });
      exclusions.forEach((row, i) => {
        matches.similarities[row] = found.similarities[i]!;
        matches.nearestDistances[row] = found.nearestDistances[i]!;
        matches.nearestIndices[row] = found.nearestIndices[i]!;
      });
    }
  }

  return async (request) => {
    requireOwnClasses(goodClasses, request.predictions);
    requireMatchRequest({ ...request, queries: vectors }, vectors.rows, vectors.columns);
    // A row that is matched to others answers them as well.
    parts.expect(vectors.rows / 2);
    const matches = emptyMatches(vectors.rows);
    const order = parts.isHeld ? undefined : orderByClass(goodClasses);
    const isDone = order !== undefined && (await matchTogether(order, request, matches));
    const rows = Int32Array.from(goodClasses.keys());
    await matchAlone(isDone ? rows.filter((row) => goodClasses[row]! < 0) : rows, request, matches);
    return matches;
  };
}
