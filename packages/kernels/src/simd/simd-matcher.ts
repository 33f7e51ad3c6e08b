import { SdmError } from '@sdmjs/core';
import { createBreather } from '../breather.js';
import { emptyMatches, requireMatchRequest, requireSupport, requireWidth } from '../checks.js';
import type { Matcher, MatcherSupport, Matches, MatchRequest } from '../kernels.js';
import { createArena } from './arena.js';
import { distancesTo, matchBlock } from './match-block.js';
import { type PackedSupport, packSupport } from './pack-support.js';

/** Bytes of distances held at once, and queries at most in a block. */
const DISTANCE_BYTES = 16 * 2 ** 20;
const MAX_BLOCK = 256;

/** Matching in blocks of queries against the whole support, in a memory of its own. */
export function createSimdMatcher(support: MatcherSupport, module: WebAssembly.Module): Matcher {
  requireSupport(support);
  const { rows: size, columns } = support.vectors;
  const blockSize = Math.max(4, Math.min(MAX_BLOCK, Math.floor(DISTANCE_BYTES / size / 16) * 4));
  let packed: PackedSupport | undefined = packSupport(support, createArena(module));

  function requirePacked(what: string): PackedSupport {
    if (packed === undefined) throw new SdmError('out-of-range', `${what}: this matcher has been disposed`);
    return packed;
  }

  function distances(query: Float32Array): Float32Array {
    requireWidth(query.length, columns, 'distances: query');
    return distancesTo(requirePacked('distances'), query);
  }

  async function match(request: MatchRequest): Promise<Matches> {
    requireMatchRequest(request, size, columns);
    const matches = emptyMatches(request.queries.rows);
    const breathe = createBreather(request.signal, 'match');
    for (let start = 0; start < request.queries.rows; start += blockSize) {
      const count = Math.min(blockSize, request.queries.rows - start);
      matchBlock(requirePacked('match'), { request, matches, start, count });
      await breathe();
    }
    return matches;
  }

  return {
    size,
    match,
    distances,
    dispose: () => {
      packed = undefined;
    },
  };
}
