import { requireColumns, throwIfAborted } from '@sdmjs/core';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import { type ExemplarIndex, requireMatchable, requireMaxSimilarity } from './exemplar-index.js';
import { goodClassesOf, type IndexedSupport, requireIndexable } from './support-set.js';

/**
 * The definition of matching: every support row is compared with every query on the CPU.
 * Without `kernels` the best available ones are loaded, and freed with the index.
 */
export async function createExactIndex(
  support: IndexedSupport,
  options: { readonly kernels?: Kernels | undefined } = {},
): Promise<ExemplarIndex> {
  requireIndexable(support, 'createExactIndex');
  const kernels = options.kernels ?? (await loadKernels());
  const { representations: vectors, span, expectedQueries } = support;
  const matcher = kernels.createMatcher({ vectors, goodClasses: goodClassesOf(support), span, expectedQueries });
  const { rows: size, columns } = support.representations;
  return {
    size,
    async match(queries, predictions, matchOptions) {
      const { maxSimilarity, exclusions, signal, onProgress } = matchOptions;
      throwIfAborted(signal, 'match');
      requireMatchable(queries, predictions, { ...matchOptions, size, columns });
      return matcher.match({
        queries,
        predictions,
        maxSimilarity,
        ...(exclusions && { exclusions }),
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      });
    },
    async matchSupport({ maxSimilarity, signal, onProgress }) {
      throwIfAborted(signal, 'match');
      requireMaxSimilarity(maxSimilarity);
      return matcher.matchSupport({ predictions: support.predictions, maxSimilarity, signal, onProgress });
    },
    async nearest(query, count, { exclusion } = {}) {
      requireColumns({ data: query, rows: 1, columns: query.length }, columns, 'nearest: query');
      const { indices, distances } = matcher.nearest(query, count, exclusion);
      return Array.from(indices, (index, i) => ({ index, squaredDistance: distances[i]! }));
    },
    dispose() {
      matcher.dispose();
      if (!options.kernels) kernels.dispose();
    },
  };
}
