/** Numbers in a fixed order that are copied out piece by piece, so that they need not lie in one array. */
export interface NumberSource {
  readonly length: number;
  /** Fills `target` with the numbers from `start` on. */
  read(start: number, target: Float32Array): void;
}

/**
 * Sums in float32 exactly as NumPy's pairwise summation does, so that means and deviations equal the Python SDK's bit for bit.
 * Fewer than 8 values are summed left to right, up to 128 in eight running lanes, more by halves.
 */
export function pairwiseSum(values: Float32Array | NumberSource): number {
  return sumRange(sourceOf(values), 0, values.length);
}

/** Mean in float32: the pairwise sum divided in double by the count, then rounded. NaN for no values. */
export function meanFloat32(values: Float32Array | NumberSource): number {
  return Math.fround(pairwiseSum(values) / values.length);
}

/** Sample standard deviation (divisor n − 1) in float32, about the float32 mean. NaN for fewer than two values. */
export function standardDeviationFloat32(values: Float32Array | NumberSource): number {
  const mean = meanFloat32(values);
  const source = sourceOf(values);
  const squares: NumberSource = {
    length: values.length,
    read(start, target) {
      source.read(start, target);
      for (let i = 0; i < target.length; i++) {
        const centred = Math.fround(target[i]! - mean);
        target[i] = centred * centred;
      }
    },
  };
  return Math.fround(Math.sqrt(Math.fround(pairwiseSum(squares) / (values.length - 1))));
}

function sourceOf(values: Float32Array | NumberSource): NumberSource {
  if (!(values instanceof Float32Array)) return values;
  return {
    length: values.length,
    read: (start, target) => target.set(values.subarray(start, start + target.length)),
  };
}

/** Values that are summed in lanes, or left to right. */
const LEAF = 128;
const leaf = new Float32Array(LEAF);

function sumRange(source: NumberSource, start: number, count: number): number {
  if (count <= LEAF) {
    const values = leaf.subarray(0, count);
    source.read(start, values);
    return count < 8 ? sumInOrder(values) : sumLanes(values);
  }
  const half = Math.floor(count / 2);
  const left = half - (half % 8);
  return Math.fround(sumRange(source, start, left) + sumRange(source, start + left, count - left));
}

function sumInOrder(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum = Math.fround(sum + values[i]!);
  return sum;
}

const lanes = new Float32Array(8);

function sumLanes(values: Float32Array): number {
  const whole = values.length - (values.length % 8);
  lanes.set(values.subarray(0, 8));
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[i]!;
  const [a, b, c, d, e, f, g, h] = lanes;
  const add = (x: number, y: number) => Math.fround(x + y);
  let sum = add(add(add(a!, b!), add(c!, d!)), add(add(e!, f!), add(g!, h!)));
  for (let i = whole; i < values.length; i++) sum = Math.fround(sum + values[i]!);
  return sum;
}
