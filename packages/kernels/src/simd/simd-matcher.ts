import { SdmError } from '@sdmjs/core';
import { createBreather } from '../breather.js';
import { emptyMatches, nearestCount, requireMatchRequest, requireSupport, requireWidth } from '../checks.js';
import type { Matcher, MatcherSupport, Matches, MatchRequest, NearestRows } from '../kernels.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { matchQueries } from './match-queries.js';
import { createSupportMatching } from './support-matching.js';
import { packSupport } from './packed-support.js';
import { createSingleQuery } from './single-query.js';
import type { Workplace } from './workplaces.js';

/** Queries a thread at most between two turns of the event loop, and queries up to which they are answered one by one. */
const MOST_AT_ONCE = 250;
const ONE_BY_ONE = 3;

/** Matching against a support whose integer copies lie in an arena of its own. */
export function createSimdMatcher(support: MatcherSupport, { arena, team, release }: Workplace): Matcher {
  requireSupport(support);
  const { rows: size, columns } = support.vectors;
  let parts: ReturnType<typeof pack> | undefined = pack(support, arena, team);

  function requireParts(what: string) {
    if (parts === undefined) throw new SdmError('out-of-range', `${what}: this matcher has been disposed`);
    return parts;
  }

  async function match(request: MatchRequest): Promise<Matches> {
    requireMatchRequest(request, size, columns);
    const total = request.queries.rows;
    const matches = emptyMatches(total);
    const breathe = createBreather(request.signal, 'match');
    const atOnce = total <= ONE_BY_ONE ? 1 : MOST_AT_ONCE * team.size;
    for (let start = 0; start < total; start += atOnce) {
      const { packed, single } = requireParts('match');
      const range = { request, matches, start, count: Math.min(atOnce, total - start) };
      if (atOnce === 1) single.match(range);
      else matchQueries(packed, team, range);
      request.onProgress?.(start + range.count);
      await breathe();
    }
    return matches;
  }

  function nearest(query: Float32Array, count: number, exclusion = -1): NearestRows {
    requireWidth(query.length, columns, 'nearest: query');
    const wanted = nearestCount(count, exclusion, size);
    if (wanted === 0) return { indices: new Int32Array(0), distances: new Float32Array(0) };
    return requireParts('nearest').single.nearest(query, wanted, exclusion);
  }

  return {
    size,
    match,
    matchSupport: createSupportMatching(support, {
      match,
      team,
      packed: () => requireParts('matchSupport').packed,
      release: (mark) => parts && arena.release(mark),
    }),
    nearest,
    distances(query) {
      requireWidth(query.length, columns, 'distances: query');
      return requireParts('distances').single.distances(query);
    },
    dispose() {
      if (parts) release();
      parts = undefined;
    },
  };
}

function pack(support: MatcherSupport, arena: Arena, team: Team) {
  const packed = packSupport(support, arena, team);
  return { packed, single: createSingleQuery(packed, team) };
}
