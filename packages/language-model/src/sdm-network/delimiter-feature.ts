import type { HiddenFeature } from '../hidden-features.js';

/**
 * The features of arXiv 2502.20167: mean over prompt and answer up to the token before the last `delimiter`, joined with the state there, which
 * predicts the delimiter. Its own state is not read.
 */
export function delimiterFeature(delimiter: number): HiddenFeature {
  return {
    name: `mean over 0..d-1, state at d-1; d = last token ${delimiter}`,
    positions(tokens) {
      const last = Array.prototype.lastIndexOf.call(tokens, delimiter) as number;
      return { meanPositions: Array.from({ length: Math.max(last, 0) }, (_, i) => i), lastPosition: last - 1 };
    },
  };
}

/** The sequence that `delimiterFeature` is taken of: prompt and answer, or the prompt alone where the answer has no delimiter. */
export function delimitedSequence(
  { prompt, tokens }: { readonly prompt: ArrayLike<number>; readonly tokens: readonly number[] },
  delimiter: number,
): number[] {
  const start = Array.from(prompt);
  return tokens.includes(delimiter) ? [...start, ...tokens] : [...start, delimiter];
}
