import { createBreather } from '../breather.js';
import { emptyMatches, nearestCount, requireMatchRequest, requireSupport, requireWidth } from '../checks.js';
import type { Matcher, MatcherSupport, Matches, MatchRequest, NearestRows } from '../kernels.js';
import { matchQueries } from './match-queries.js';
import { createParts } from './matcher-parts.js';
import { createSupportMatching } from './support-matching.js';
import type { Workplace } from './workplaces.js';

/** Queries a thread at most between two turns of the event loop, and queries up to which they are answered one by one. */
const MOST_AT_ONCE = 250;
const ONE_BY_ONE = 3;

/** Matching against a support whose integer copies lie in an arena of its own. */
export function createSimdMatcher(support: MatcherSupport, workplace: Workplace): Matcher {
  requireSupport(support);
  const { team } = workplace;
  const { rows: size, columns } = support.vectors;
  const parts = createParts(support, workplace);

  async function match(request: MatchRequest): Promise<Matches> {
    requireMatchRequest(request, size, columns);
    const total = request.queries.rows;
    parts.expect(total);
    const matches = emptyMatches(total);
    const breathe = createBreather(request.signal, 'match');
    const atOnce = total <= ONE_BY_ONE ? 1 : MOST_AT_ONCE * team.size;
    for (let start = 0; start < total; start += atOnce) {
      const { packed, single } = parts.now('match');
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
    return parts.now('nearest').single.nearest(query, wanted, exclusion);
  }

  return {
    size,
    match,
    matchSupport: createSupportMatching(support, { match, team, parts }),
    nearest,
    distances(query) {
      requireWidth(query.length, columns, 'distances: query');
      return parts.now('distances').single.distances(query);
    },
    dispose: parts.dispose,
  };
}
