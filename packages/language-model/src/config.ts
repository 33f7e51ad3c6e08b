import { SdmError } from '@sdmjs/core';

/** Sizes and constants of a decoder. All sizes are integers from 1 to 2²⁰. */
export interface DecoderConfig {
  /** How many token ids there are. */
  readonly vocabularySize: number;
  /** The longest sequence, prompt and answer together, in tokens. */
  readonly contextLength: number;
  /** Length of a hidden state. A multiple of `2 · headCount`. */
  readonly width: number;
  readonly layerCount: number;
  readonly headCount: number;
  /** Inner length of the gated feed-forward part. */
  readonly feedForwardSize: number;
  /** Longest wave of the rotary positions. @default 10000 */
  readonly ropeBase?: number;
  /** Factor on token embeddings. @default 1 */
  readonly embeddingScale?: number;
  /** Factor on token logits; `4 / Math.sqrt(width)` with embeddings of σ 0.08 × 4 trains well at 10⁵ weights. @default 1 */
  readonly logitScale?: number;
  /** Added to the mean square inside RMSNorm. @default 1e-5 */
  readonly normEpsilon?: number;
}

/** A configuration with every default filled in. Throws `out-of-range` and names the field. */
export function completeConfig(config: DecoderConfig): Required<DecoderConfig> {
  const complete = { ropeBase: 10_000, embeddingScale: 1, logitScale: 1, normEpsilon: 1e-5, ...config };
  for (const name of SIZES) {
    const size = complete[name];
    if (!Number.isSafeInteger(size) || size < 1 || size > MAX_SIZE) {
      throw new SdmError(
        'out-of-range',
        `completeConfig: wanted ${name} to be an integer from 1 to ${MAX_SIZE}, got ${size}`,
      );
    }
  }
  for (const name of FACTORS) {
    const factor = complete[name];
    if (!(Number.isFinite(factor) && factor > 0)) {
      throw new SdmError('out-of-range', `completeConfig: wanted ${name} to be a positive number, got ${factor}`);
    }
  }
  if (complete.width % (2 * complete.headCount) !== 0) {
    throw new SdmError(
      'out-of-range',
      `completeConfig: wanted width to be a multiple of 2 · headCount (rotary pairs), got ${complete.width} and ${complete.headCount} heads`,
    );
  }
  return complete;
}

/** Far above any model that fits, so that a damaged file cannot ask for terabytes. */
const MAX_SIZE = 2 ** 20;
const SIZES = ['vocabularySize', 'contextLength', 'width', 'layerCount', 'headCount', 'feedForwardSize'] as const;
const FACTORS = ['ropeBase', 'embeddingScale', 'logitScale', 'normEpsilon'] as const;
