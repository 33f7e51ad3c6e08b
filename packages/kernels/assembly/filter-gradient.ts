/**
 * Gradient of a 2-D convolution with respect to its filter [filterHeight, filterWidth, inputs, outputs], all NHWC and dense:
 * filter[u, v, i, o] = Σ_{b, y, x} image[b, y·strideY + u − padTop, x·strideX + v − padLeft, i] · dy[b, y, x, o].
 */
export function filterGradient(
  image: usize, height: i32, width: i32, inputs: i32,
  dy: usize, batches: i32, outHeight: i32, outWidth: i32, outputs: i32,
  filter: usize, filterHeight: i32, filterWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixelBytes = <usize>inputs * 4;
  const tapBytes = pixelBytes * outputs;
  memory.fill(filter, 0, tapBytes * filterHeight * filterWidth);
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        for (let u = 0; u < filterHeight; u++) {
          const row = y * strideY + u - padTop;
          if (row < 0 || row >= height) continue;
          for (let v = 0; v < filterWidth; v++) {
            const column = x * strideX + v - padLeft;
            if (column < 0 || column >= width) continue;
            const pixel = image + <usize>((batch * height + row) * width + column) * pixelBytes;
            addOuterProduct(pixel, inputs, dy, outputs, filter + <usize>(u * filterWidth + v) * tapBytes);
          }
        }
        dy += <usize>outputs * 4;
      }
    }
  }
}

/** sums[i, o] += left[i] · right[o] */
function addOuterProduct(left: usize, lefts: i32, right: usize, rights: i32, sums: usize): void {
  for (let i = 0; i < lefts; i++) {
    const factor = f32.load(left + <usize>i * 4);
    const factors = f32x4.splat(factor);
    let o = 0;
    for (; o + 4 <= rights; o += 4) {
      const product = f32x4.mul(factors, v128.load(right + <usize>o * 4));
      v128.store(sums, f32x4.add(v128.load(sums), product));
      sums += 16;
    }
    for (; o < rights; o++) {
      f32.store(sums, f32.load(sums) + factor * f32.load(right + <usize>o * 4));
      sums += 4;
    }
  }
}
