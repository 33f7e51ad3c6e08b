/**
 * The regulariser brought to the scale of the loss (arXiv 2502.20167 Eq. 31): r' = √(max(r, 1)^min(max(s, 0), 1)) with
 * s = ln(L + ε) / (ln(r + ε) + ε), a constant to the gradient. `slope` is dr'/dr. Where L or r is at most 1, r' is 1 and moves nothing.
 */
export function rescaledRegularizer(
  loss: number,
  distance: number,
): { readonly value: number; readonly slope: number } {
  const ratio = Math.log(loss + EPSILON) / (Math.log(distance + EPSILON) + EPSILON); // s
  const half = Math.min(Math.max(ratio, 0), 1) / 2;
  return {
    value: Math.max(distance, 1) ** half,
    slope: distance > 1 ? half * distance ** (half - 1) : 0,
  };
}

/** Of float32, as in the reference code. */
const EPSILON = 2 ** -23;
