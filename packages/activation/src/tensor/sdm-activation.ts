import { SdmError } from '@sdmjs/core';
import { serialization, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { DEFAULT_SIMILARITY_OFFSET, requireOffset } from '../signals.js';
import { sdm } from './sdm.js';

type LayerConfig = ConstructorParameters<typeof layers.Layer>[0];

export type SdmActivationConfig = LayerConfig & {
  /** The base is this plus the similarity. Finite, above 1. @default 2 */
  readonly similarityOffset?: number;
};

/**
 * Layers-API form of `sdm`. Inputs: logits `[batch, classes]`, similarities and distance quantiles `[batch, 1]`; output: probabilities.
 * Importing it registers it, so that a saved model that holds it can be loaded.
 */
export class SdmActivation extends layers.Layer {
  static readonly className = 'SdmActivation';
  private readonly similarityOffset: number;

  constructor({ similarityOffset = DEFAULT_SIMILARITY_OFFSET, ...config }: SdmActivationConfig = {}) {
    super(config);
    this.similarityOffset = requireOffset({ similarityOffset }, 'SdmActivation');
  }

  override computeOutputShape(inputShape: (number | null)[][]): (number | null)[] {
    return threeInputs(inputShape)[0];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [logits, similarities, distanceQuantiles] = threeInputs(inputs);
      const signals = { similarities: similarities as Tensor1D, distanceQuantiles: distanceQuantiles as Tensor1D };
      return sdm(logits as Tensor2D, signals, { similarityOffset: this.similarityOffset });
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), similarityOffset: this.similarityOffset };
  }
}

serialization.registerClass(SdmActivation);

function threeInputs<T>(inputs: T | T[]): [T, T, T] {
  const [first, second, third, ...rest] = Array.isArray(inputs) ? inputs : [inputs];
  if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
    throw new SdmError('shape-mismatch', 'SdmActivation: wanted the inputs [logits, similarities, distanceQuantiles]');
  }
  return [first, second, third];
}
