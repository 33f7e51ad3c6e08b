import { createExactIndex, type ExemplarIndex } from '@sdmjs/exemplars';
import { type Kernels, loadKernels } from '@sdmjs/kernels';
import type { EstimatorParts } from './sdm-estimator.js';

/** What scoring runs on: arithmetic and the matching of one support set. */
export interface Runtime {
  readonly kernels: Kernels;
  readonly index: ExemplarIndex;
  /** Frees the index and the weights that the kernels hold, and the kernels unless they were given. */
  dispose(): void;
}

/** The index that the parts ask for, over the support of their model; kernels are loaded unless given. */
export async function loadRuntime(parts: Pick<EstimatorParts, 'model' | 'createIndex' | 'kernels'>): Promise<Runtime> {
  const { model, createIndex } = parts;
  const kernels = parts.kernels ?? (await loadKernels());
  const support = { ...model.support, span: model.adaptor.projectionWeight };
  const index = createIndex ? await createIndex(support) : await createExactIndex(support, { kernels });
  const release = kernels.hold(model.adaptor.projectionWeight);
  return {
    kernels,
    index,
    dispose() {
      index.dispose();
      release();
      if (!parts.kernels) kernels.dispose();
    },
  };
}
