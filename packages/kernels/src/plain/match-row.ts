/**
 * Similarity (uncapped) and nearest row of one query from its distances: the number of good rows before the first row that is not good,
 * in (distance, index) order. Row j is good when `goodClasses[j] === prediction`.
 */
export function matchRow(
  distances: Float32Array,
  goodClasses: Int32Array,
  query: { prediction: number; exclusion: number },
) {
  let nearestIndex = -1;
  let badIndex = -1;
  for (let j = 0; j < distances.length; j++) {
    if (j === query.exclusion) continue;
    if (nearestIndex < 0 || distances[j]! < distances[nearestIndex]!) nearestIndex = j;
    if (goodClasses[j] === query.prediction) continue;
    if (badIndex < 0 || distances[j]! < distances[badIndex]!) badIndex = j;
  }
  const limit = badIndex < 0 ? Infinity : distances[badIndex]!;
  let similarity = 0;
  for (let j = 0; j < distances.length; j++) {
    if (j === query.exclusion || goodClasses[j] !== query.prediction) continue;
    if (distances[j]! < limit || (distances[j] === limit && j < badIndex)) similarity++;
  }
  return { similarity, nearestIndex };
}
