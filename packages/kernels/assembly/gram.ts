/**
 * Products of rows with each other, in double: out[i, j] = row i · row j for the rows i of one chunk and j ≤ i (and some more). Rows are
 * `stride` numbers apart, a multiple of 8; `out` is `[count, count]`.
 */
export function gramChunk(
  rows: usize, stride: i32, count: i32, out: usize, rowsInChunk: i32, chunk: i32, _thread: i32,
): void {
  const last = count - 1;
  const rowBytes = <usize>stride << 2;
  for (let i = chunk * rowsInChunk; i < min((chunk + 1) * rowsInChunk, count); i += 2) {
    const next = min(i + 1, last);
    for (let j = 0; j <= next; j += 2) {
      const after = min(j + 1, last);
      multiplyPair(
        rows + <usize>i * rowBytes, rows + <usize>next * rowBytes, rows + <usize>j * rowBytes, rows + <usize>after * rowBytes,
        rowBytes, out + (<usize>(i * count) << 3), out + (<usize>(next * count) << 3), <usize>j << 3, <usize>after << 3,
      );
    }
  }
}

function multiplyPair(
  a0: usize, a1: usize, b0: usize, b1: usize, rowBytes: usize, out0: usize, out1: usize, place0: usize, place1: usize,
): void {
  let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
  for (let k: usize = 0; k < rowBytes; k += 8) {
    const x0 = wide(a0 + k), x1 = wide(a1 + k), y0 = wide(b0 + k), y1 = wide(b1 + k);
    s00 = f64x2.add(s00, f64x2.mul(x0, y0));
    s01 = f64x2.add(s01, f64x2.mul(x0, y1));
    s10 = f64x2.add(s10, f64x2.mul(x1, y0));
    s11 = f64x2.add(s11, f64x2.mul(x1, y1));
  }
  f64.store(out0 + place0, sumOf(s00));
  f64.store(out0 + place1, sumOf(s01));
  f64.store(out1 + place0, sumOf(s10));
  f64.store(out1 + place1, sumOf(s11));
}

@inline
function wide(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

@inline
function sumOf(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
