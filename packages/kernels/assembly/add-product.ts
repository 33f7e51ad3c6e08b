/**
 * sum + a·b as products of matrices add it up. In the relaxed build in one instruction, rounded once, or twice on processors that have no such
 * instruction; in the plain build as `addRoundedProduct`.
 */
@inline
export function addProduct(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : addRoundedProduct(sum, a, b);
}

/** sum + a·b with product and sum rounded to float32, in every build. */
@inline
export function addRoundedProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}
