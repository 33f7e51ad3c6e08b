/**
 * out[b, m, i] = x[b, m, indices[b, i]] in blocks of `blockBytes`. `x` is [batches, middle, length], `indices` int32 [batches, count].
 * Returns the place of the first index outside [0, length), or −1.
 */
export function gatherBlocks(
  x: usize, batches: i32, middle: i32, length: i32, indices: usize, count: i32, blockBytes: i32, out: usize,
): i32 {
  const block = <usize>blockBytes;
  for (let place = 0; place < batches * count; place++) {
    if (i32.load(indices + <usize>place * 4) < 0 || i32.load(indices + <usize>place * 4) >= length) return place;
  }
  for (let batch = 0; batch < batches; batch++) {
    for (let m = 0; m < middle; m++) {
      for (let i = 0; i < count; i++) {
        copyBlock(out, x + <usize>i32.load(indices + <usize>i * 4) * block, block);
        out += block;
      }
      x += <usize>length * block;
    }
    indices += <usize>count * 4;
  }
  return -1;
}

/** out[b, j, i] = x[b, i, j] in blocks of `blockBytes`. `x` is [batches, rows, columns]. */
export function swapBlocks(x: usize, batches: i32, rows: i32, columns: i32, blockBytes: i32, out: usize): void {
  const block = <usize>blockBytes;
  const rowBytes = <usize>columns * block;
  for (let batch = 0; batch < batches; batch++) {
    for (let column = 0; column < columns; column++) {
      let source = x + <usize>column * block;
      for (let row = 0; row < rows; row++) {
        copyBlock(out, source, block);
        out += block;
        source += rowBytes;
      }
    }
    x += <usize>rows * rowBytes;
  }
}

// Blocks are tens to hundreds of bytes, for which a bulk copy costs more than this loop.
function copyBlock(target: usize, source: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(target + i, v128.load(source + i));
  for (; i < bytes; i++) store<u8>(target + i, load<u8>(source + i));
}
