/**
 * Sums in float32 exactly as NumPy's pairwise summation does, so that means and deviations equal the Python SDK's bit for bit.
 * Fewer than 8 values are summed left to right, up to 128 in eight running lanes, more by halves.
 */
export function pairwiseSum(values: Float32Array): number {
  return sumRange(values, 0, values.length);
}

/** Mean in float32: the pairwise sum divided in double by the count, then rounded. NaN for no values. */
export function meanFloat32(values: Float32Array): number {
  return Math.fround(pairwiseSum(values) / values.length);
}

/** Sample standard deviation (divisor n − 1) in float32, about the float32 mean. NaN for fewer than two values. */
export function standardDeviationFloat32(values: Float32Array): number {
  const mean = meanFloat32(values);
  const squares = values.map((value) => {
    const centred = Math.fround(value - mean);
    return centred * centred;
  });
  return Math.fround(Math.sqrt(Math.fround(pairwiseSum(squares) / (values.length - 1))));
}

function sumRange(values: Float32Array, start: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = start; i < start + count; i++) sum = Math.fround(sum + values[i]!);
    return sum;
  }
  if (count <= 128) return sumLanes(values, start, count);
  const half = Math.floor(count / 2);
  const left = half - (half % 8);
  return Math.fround(sumRange(values, start, left) + sumRange(values, start + left, count - left));
}

const lanes = new Float32Array(8);

function sumLanes(values: Float32Array, start: number, count: number): number {
  const whole = count - (count % 8);
  for (let lane = 0; lane < 8; lane++) lanes[lane] = values[start + lane]!;
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[start + i]!;
  const [a, b, c, d, e, f, g, h] = lanes;
  const add = (x: number, y: number) => Math.fround(x + y);
  let sum = add(add(add(a!, b!), add(c!, d!)), add(add(e!, f!), add(g!, h!)));
  for (let i = start + whole; i < start + count; i++) sum = Math.fround(sum + values[i]!);
  return sum;
}
