// Packing: four lanes (rows of A, or columns of B) side by side for every depth step, so that a tile reads memory in order.

/**
 * Writes lanes 0…3 of depth 0…depth−1 to `target`, `targetStep` bytes apart. Lane i at depth k is read at
 * source + i·laneStep + k·depthStep (bytes); lanes from `lanes` on are zeros.
 */
export function packLanes(
  source: usize, laneStep: usize, depthStep: usize, lanes: i32, depth: i32, target: usize, targetStep: usize,
): void {
  if (lanes >= 4 && laneStep == 4) copyLanes(source, depthStep, depth, target, targetStep);
  else if (lanes >= 4 && depthStep == 4) transposeLanes(source, laneStep, depth, target, targetStep);
  else gatherLanes(source, laneStep, depthStep, lanes, depth, target, targetStep);
}

/** Lane 4 of a panel of five lanes, whose depth steps are 20 bytes apart, behind the four of `packLanes`. */
export function packFifth(source: usize, depthStep: usize, depth: i32, target: usize): void {
  let k = 0;
  if (depthStep == 4) {
    for (; k + 4 <= depth; k += 4) {
      f32.store(target, f32.load(source), 16);
      f32.store(target, f32.load(source, 4), 36);
      f32.store(target, f32.load(source, 8), 56);
      f32.store(target, f32.load(source, 12), 76);
      source += 16;
      target += 80;
    }
  }
  for (; k < depth; k++) {
    f32.store(target, f32.load(source), 16);
    source += depthStep;
    target += 20;
  }
}

function copyLanes(source: usize, depthStep: usize, depth: i32, target: usize, targetStep: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(target, v128.load(source));
    source += depthStep;
    target += targetStep;
  }
}

function transposeLanes(source: usize, laneStep: usize, depth: i32, target: usize, targetStep: usize): void {
  const lane1 = laneStep;
  const lane2 = lane1 + laneStep;
  const lane3 = lane2 + laneStep;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const r0 = v128.load(source), r1 = v128.load(source + lane1);
    const r2 = v128.load(source + lane2), r3 = v128.load(source + lane3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(target + targetStep, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    v128.store(target + 2 * targetStep, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    v128.store(target + 3 * targetStep, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    source += 16;
    target += 4 * targetStep;
  }
  gatherLanes(source, laneStep, 4, 4, depth - k, target, targetStep);
}

function gatherLanes(
  source: usize, laneStep: usize, depthStep: usize, lanes: i32, depth: i32, target: usize, targetStep: usize,
): void {
  for (let k = 0; k < depth; k++) {
    f32.store(target, lanes > 0 ? f32.load(source) : 0);
    f32.store(target, lanes > 1 ? f32.load(source + laneStep) : 0, 4);
    f32.store(target, lanes > 2 ? f32.load(source + 2 * laneStep) : 0, 8);
    f32.store(target, lanes > 3 ? f32.load(source + 3 * laneStep) : 0, 12);
    source += depthStep;
    target += targetStep;
  }
}
