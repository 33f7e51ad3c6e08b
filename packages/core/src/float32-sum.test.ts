import { describe, expect, it } from 'vitest';
import { meanFloat32, pairwiseSum, standardDeviationFloat32 } from './float32-sum.js';

/** float32 of ((31 i² + 17 i) mod 1009) / 7 − 70, the arrays that NumPy 2.4.6 summed for the table below. */
function sequence(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * i * 31 + 17 * i) % 1009) / 7 - 70);
}

// float(a.sum()), float(a.mean()), float(a.std(ddof=1)) of a float32 array in NumPy 2.4.6.
const table: [count: number, sum: number, mean: number, deviation: number][] = [
  [5, -192.85714721679688, -38.57143020629883, 32.90865707397461],
  [7, Math.fround(-180.14285), -25.73469352722168, 43.85601043701172],
  [8, -160.28570556640625, -20.03571319580078, 43.68537902832031],
  [9, -215.7142791748047, -23.96825408935547, 42.532867431640625],
  [100, -159.4285888671875, -1.5942858457565308, 45.08132553100586],
  [128, -140.28570556640625, -1.0959820747375488, 44.16365432739258],
  [129, Math.fround(-133.85721), -1.0376527309417725, 43.995792388916016],
  [130, -140.00006103515625, -1.0769234895706177, 43.82722091674805],
  [1000, 3657.28564453125, 3.657285690307617, 41.145362854003906],
  [4099, 13467.857421875, 3.28564453125, 41.211761474609375],
  [100_000, 342322.5625, 3.4232256412506104, 41.18290328979492],
];

describe('float32 sums', () => {
  // Exact: the same float32 operations in the same order.
  it.each(table)('equal NumPy bit for bit over %i values', (count, sum, mean, deviation) => {
    const values = sequence(count);
    expect(pairwiseSum(values)).toBe(sum);
    expect(meanFloat32(values)).toBe(mean);
    expect(standardDeviationFloat32(values)).toBe(deviation);
    const pieces = {
      length: count,
      read: (start: number, to: Float32Array) => to.set(values.subarray(start, start + to.length)),
    };
    expect([pairwiseSum(pieces), standardDeviationFloat32(pieces)]).toEqual([sum, deviation]);
  });

  it('differ from a double sum that is rounded once, which is why they exist', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    expect(Math.fround(values.reduce((sum, x) => sum + x, 0))).not.toBe(pairwiseSum(values));
  });

  it('of nothing are 0, with no mean', () => {
    expect(pairwiseSum(new Float32Array(0))).toBe(0);
    expect(meanFloat32(new Float32Array(0))).toBeNaN();
    expect(standardDeviationFloat32(Float32Array.of(1))).toBeNaN();
  });
});
