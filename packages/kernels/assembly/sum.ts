/** out[i] = (Σ x[i, j]) / divisor. `x` is [rows, columns]. Sixteen running sums a row, added up at the end. */
export function sumRows(x: usize, rows: i32, columns: i32, divisor: f32, out: usize): void {
  for (let row = 0; row < rows; row++) {
    f32.store(out, sumRow(x, columns) / divisor);
    x += <usize>columns * 4;
    out += 4;
  }
}

/** out[b, j] = (Σ_i x[b, i, j]) / divisor, i ascending. `x` is [batches, rows, columns]. */
export function sumColumns(x: usize, batches: i32, rows: i32, columns: i32, divisor: f32, out: usize): void {
  const rowBytes = <usize>columns * 4;
  for (let batch = 0; batch < batches; batch++) {
    memory.fill(out, 0, rowBytes);
    for (let row = 0; row < rows; row++) {
      addRow(x, columns, out);
      x += rowBytes;
    }
    for (let column = 0; column < columns; column++) {
      const at = out + <usize>column * 4;
      f32.store(at, f32.load(at) / divisor);
    }
    out += rowBytes;
  }
}

function sumRow(x: usize, columns: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let column = 0;
  for (; column + 16 <= columns; column += 16) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    x += 64;
  }
  const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  let total =
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
  for (; column < columns; column++) {
    total += f32.load(x);
    x += 4;
  }
  return total;
}

function addRow(x: usize, columns: i32, out: usize): void {
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    v128.store(out, f32x4.add(v128.load(out), v128.load(x)));
    x += 16;
    out += 16;
  }
  for (; column < columns; column++) {
    f32.store(out, f32.load(out) + f32.load(x));
    x += 4;
    out += 4;
  }
}
