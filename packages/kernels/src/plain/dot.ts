/** Σ a[k]·b[k] over ascending k, every product and every sum rounded to float32. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum = Math.fround(sum + Math.fround(a[k]! * b[k]!));
  return sum;
}
