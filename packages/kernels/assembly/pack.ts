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

/** The same of five lanes, 20 bytes a depth step. */
export function packFive(source: usize, laneStep: usize, depthStep: usize, depth: i32, target: usize): void {
  const lane2 = laneStep + laneStep;
  const lane3 = lane2 + laneStep;
  const lane4 = lane3 + laneStep;
  let k = 0;
  if (depthStep == 4) {
    for (; k + 4 <= depth; k += 4) {
      transposeFour(source, laneStep, lane2, lane3, target, 20);
      const last = source + lane4;
      i32.store(target, i32.load(last), 16);
      i32.store(target, i32.load(last, 4), 36);
      i32.store(target, i32.load(last, 8), 56);
      i32.store(target, i32.load(last, 12), 76);
      source += 16;
      target += 80;
    }
  }
  packLanes(source, laneStep, depthStep, 4, depth - k, target, 20);
  packLane(source + lane4, depthStep, depth - k, target + 16, 20);
}

function packLane(source: usize, depthStep: usize, depth: i32, target: usize, targetStep: usize): void {
  for (let k = 0; k < depth; k++) {
    i32.store(target, i32.load(source));
    source += depthStep;
    target += targetStep;
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
  const lane2 = laneStep + laneStep;
  const lane3 = lane2 + laneStep;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    transposeFour(source, laneStep, lane2, lane3, target, targetStep);
    source += 16;
    target += 4 * targetStep;
  }
  gatherLanes(source, laneStep, 4, 4, depth - k, target, targetStep);
}

/** Four steps of depth of four lanes. */
@inline
function transposeFour(source: usize, lane1: usize, lane2: usize, lane3: usize, target: usize, targetStep: usize): void {
  const r0 = v128.load(source), r1 = v128.load(source + lane1);
  const r2 = v128.load(source + lane2), r3 = v128.load(source + lane3);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(target + targetStep, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(target + 2 * targetStep, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(target + 3 * targetStep, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
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
