/** PCG64 (XSL-RR 128/64): a step, then its two 32-bit halves. */
export interface Pcg64 {
  step(): void;
  high(): number;
  low(): number;
}

const LIMB_BITS = 22;
const LIMB = 2 ** LIMB_BITS;
const [m0, m1, m2, m3, m4, m5] = limbsOf(0x2360ed051fc65da44385df649fccf645n);

/**
 * The generator with its 128-bit numbers as six limbs of 22 bits in doubles: every product has 44 bits, every sum of six fewer than 47,
 * so all of it is exact, and far faster than BigInt.
 */
export function createPcg64(state: bigint, increment: bigint): Pcg64 {
  const limbs = Float64Array.from(limbsOf(state));
  const halves = new Uint32Array(2);
  const [c0, c1, c2, c3, c4, c5] = limbsOf(increment);

  function advance(): void {
    const s0 = limbs[0]!;
    const s1 = limbs[1]!;
    const s2 = limbs[2]!;
    const s3 = limbs[3]!;
    const s4 = limbs[4]!;
    const s5 = limbs[5]!;
    const t0 = s0 * m0 + c0;
    const t1 = s0 * m1 + s1 * m0 + c1 + Math.floor(t0 / LIMB);
    const t2 = s0 * m2 + s1 * m1 + s2 * m0 + c2 + Math.floor(t1 / LIMB);
    const t3 = s0 * m3 + s1 * m2 + s2 * m1 + s3 * m0 + c3 + Math.floor(t2 / LIMB);
    const t4 = s0 * m4 + s1 * m3 + s2 * m2 + s3 * m1 + s4 * m0 + c4 + Math.floor(t3 / LIMB);
    const t5 = s0 * m5 + s1 * m4 + s2 * m3 + s3 * m2 + s4 * m1 + s5 * m0 + c5 + Math.floor(t4 / LIMB);
    limbs[0] = t0 - Math.floor(t0 / LIMB) * LIMB;
    limbs[1] = t1 - Math.floor(t1 / LIMB) * LIMB;
    limbs[2] = t2 - Math.floor(t2 / LIMB) * LIMB;
    limbs[3] = t3 - Math.floor(t3 / LIMB) * LIMB;
    limbs[4] = t4 - Math.floor(t4 / LIMB) * LIMB;
    limbs[5] = t5 - Math.floor(t5 / LIMB) * LIMB;
  }

  /** Upper half xor lower half of the state, rotated right by its top six bits. */
  function output(): void {
    const s1 = limbs[1]!;
    const s2 = limbs[2]!;
    const s4 = limbs[4]!;
    const top = (s4 >>> 8) | (limbs[5]! << 14);
    const upper = top ^ ((s1 >>> 10) | (s2 << 12));
    const lower = ((s2 >>> 20) | (limbs[3]! << 2) | (s4 << 24)) ^ (limbs[0]! | (s1 << 22));
    const rotation = top >>> 26;
    const a = rotation & 32 ? lower : upper;
    const b = rotation & 32 ? upper : lower;
    // Shifts count modulo 32 in JavaScript, so a shift by 32 − 0 is done in two steps.
    const right = rotation & 31;
    halves[0] = (a >>> right) | ((b << 1) << (31 - right));
    halves[1] = (b >>> right) | ((a << 1) << (31 - right));
  }

  return {
    step() {
      advance();
      output();
    },
    high: () => halves[0]!,
    low: () => halves[1]!,
  };
}

type Limbs = [number, number, number, number, number, number];

function limbsOf(value: bigint): Limbs {
  const limb = (i: number) => Number((value >> BigInt(LIMB_BITS * i)) & BigInt(LIMB - 1));
  return [limb(0), limb(1), limb(2), limb(3), limb(4), limb(5)];
}
