const BETA_1: f32 = 0.9;
const REST_1: f32 = 0.1;
const BETA_2: f32 = 0.999;
const REST_2: f32 = 0.001;
const EPSILON: f32 = 1e-8;

/**
 * An Adam step on the rows of one chunk of a matrix `[rows, columns]` whose gradient is Uᵀ·G, with U = `factors` `[classes, rows]` and
 * G = `gradient` `[classes, columns]`; then the chunk's share of V·(the matrix), V = `next` `[classes, rows]`, goes to its own
 * `[classes, columns]` of `partials`. `means` and `squares` are Adam's moments; `step` and `scale` correct their bias.
 */
export function adamChunk(
  weights: usize, means: usize, squares: usize, rows: i32, columns: i32, factors: usize, gradient: usize, next: usize,
  classes: i32, step: f32, scale: f32, partials: usize, rowsInChunk: i32, chunk: i32, _thread: i32,
): void {
  const rowBytes = <usize>columns * 4;
  const own = partials + <usize>chunk * classes * rowBytes;
  memory.fill(own, 0, <usize>classes * rowBytes);
  const end = min((chunk + 1) * rowsInChunk, rows);
  for (let row = chunk * rowsInChunk; row < end; row++) {
    const offset = <usize>row * rowBytes;
    const column = <usize>row * 4;
    let k: usize = 0;
    for (; k + 16 <= rowBytes; k += 16) {
      let slope = f32x4.splat(0);
      for (let c = 0; c < classes; c++) {
        const factor = v128.load32_splat(factors + <usize>(c * rows) * 4 + column);
        slope = f32x4.add(slope, f32x4.mul(factor, v128.load(gradient + <usize>c * rowBytes + k)));
      }
      const at = offset + k;
      const weight = stepFour(weights + at, means + at, squares + at, slope, step, scale);
      for (let c = 0; c < classes; c++) {
        const factor = v128.load32_splat(next + <usize>(c * rows) * 4 + column);
        const target = own + <usize>c * rowBytes + k;
        v128.store(target, f32x4.add(v128.load(target), f32x4.mul(factor, weight)));
      }
    }
    for (; k < rowBytes; k += 4) {
      let slope: f32 = 0;
      for (let c = 0; c < classes; c++) {
        slope += f32.load(factors + <usize>(c * rows) * 4 + column) * f32.load(gradient + <usize>c * rowBytes + k);
      }
      const at = offset + k;
      const weight = stepOne(weights + at, means + at, squares + at, slope, step, scale);
      for (let c = 0; c < classes; c++) {
        const target = own + <usize>c * rowBytes + k;
        f32.store(target, f32.load(target) + f32.load(next + <usize>(c * rows) * 4 + column) * weight);
      }
    }
  }
}

@inline
function stepFour(weights: usize, means: usize, squares: usize, slope: v128, step: f32, scale: f32): v128 {
  const mean = f32x4.add(
    f32x4.mul(f32x4.splat(BETA_1), v128.load(means)), f32x4.mul(f32x4.splat(REST_1), slope),
  );
  const square = f32x4.add(
    f32x4.mul(f32x4.splat(BETA_2), v128.load(squares)), f32x4.mul(f32x4.mul(f32x4.splat(REST_2), slope), slope),
  );
  const bound = f32x4.add(f32x4.mul(f32x4.sqrt(square), f32x4.splat(scale)), f32x4.splat(EPSILON));
  const weight = f32x4.sub(v128.load(weights), f32x4.div(f32x4.mul(f32x4.splat(step), mean), bound));
  v128.store(means, mean);
  v128.store(squares, square);
  v128.store(weights, weight);
  return weight;
}

@inline
function stepOne(weights: usize, means: usize, squares: usize, slope: f32, step: f32, scale: f32): f32 {
  const mean = BETA_1 * f32.load(means) + REST_1 * slope;
  const square = BETA_2 * f32.load(squares) + REST_2 * slope * slope;
  const weight = f32.load(weights) - (step * mean) / (sqrt(square) * scale + EPSILON);
  f32.store(means, mean);
  f32.store(squares, square);
  f32.store(weights, weight);
  return weight;
}
