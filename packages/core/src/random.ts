import { createPcg64 } from './pcg64.js';
import { SdmError } from './sdm-error.js';

/** A stream of chance that equals NumPy's `default_rng(seed)` (PCG64 over SeedSequence), draw for draw. */
export interface Random {
  /** The next 64 bits, as two halves, high first. */
  nextUint64(): bigint;
  /** The next 32 bits: the low half of a fresh 64-bit draw, then its kept high half. Doubles do not disturb the kept half. */
  nextUint32(): number;
  /** A double in [0, 1) with 53 random bits. */
  nextDouble(): number;
  /** A double in [low, high). */
  uniform(low: number, high: number): number;
  /** A standard normal double (Box–Muller; not NumPy's ziggurat, so only the uniform draws are shared with NumPy). */
  normal(): number;
  /** A permutation of 0 … count − 1, as NumPy's `Generator.permutation`. */
  permutation(count: number): Int32Array;
}

const MASK64 = (1n << 64n) - 1n;
const MASK128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Seeded chance. `seed` is an integer in [0, 2^64); throws `out-of-range` otherwise. */
export function createRandom(seed: number | bigint): Random {
  const generator = createPcg64(...initialise(checkedSeed(seed)));
  let keptHalf: number | undefined;

  function nextUint32(): number {
    if (keptHalf !== undefined) {
      const value = keptHalf;
      keptHalf = undefined;
      return value;
    }
    generator.step();
    keptHalf = generator.high();
    return generator.low();
  }

  function nextUint64(): bigint {
    generator.step();
    return (BigInt(generator.high()) << 32n) | BigInt(generator.low());
  }

  function nextDouble(): number {
    generator.step();
    return (generator.high() * 2 ** 21 + (generator.low() >>> 11)) * 2 ** -53;
  }

  return {
    nextUint64,
    nextUint32,
    nextDouble,
    uniform: (low, high) => low + (high - low) * nextDouble(),
    normal: () => Math.sqrt(-2 * Math.log(1 - nextDouble())) * Math.cos(2 * Math.PI * nextDouble()),
    permutation: (count) => permutation(count, nextUint32),
  };
}

function checkedSeed(seed: number | bigint): bigint {
  const isInteger = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  if (!isInteger || seed < 0 || BigInt(seed) > MASK64) {
    throw new SdmError('out-of-range', `createRandom: wanted an integer seed in [0, 2^64), got ${seed}`);
  }
  return BigInt(seed);
}

/** Fisher–Yates from the end, indices by masked rejection of 32-bit draws. */
function permutation(count: number, nextUint32: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i >= 1; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = (nextUint32() & mask) >>> 0;
    while (j > i) j = (nextUint32() & mask) >>> 0;
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** State and increment of PCG64 from a seed, through NumPy's SeedSequence. */
function initialise(seed: bigint): [state: bigint, increment: bigint] {
  const words = seedWords(seed);
  const quad = [0, 1, 2, 3].map((i) => (BigInt(words[2 * i + 1]!) << 32n) | BigInt(words[2 * i]!));
  const increment = ((((quad[2]! << 64n) | quad[3]!) << 1n) & MASK128) | 1n;
  const seeded = (increment + ((quad[0]! << 64n) | quad[1]!)) & MASK128;
  return [(seeded * MULTIPLIER + increment) & MASK128, increment];
}

/** Eight 32-bit words of NumPy's `SeedSequence(seed).generate_state`. */
function seedWords(seed: bigint): Uint32Array {
  let hashConstant = 0x43b0d7e5;
  const hash = (word: number) => {
    let value = word ^ hashConstant;
    hashConstant = Math.imul(hashConstant, 0x931e8875);
    value = Math.imul(value, hashConstant);
    return (value ^ (value >>> 16)) >>> 0;
  };
  const pool = [seed & 0xffffffffn, seed >> 32n, 0n, 0n].map((word) => hash(Number(word)));
  for (let source = 0; source < 4; source++) {
    for (let target = 0; target < 4; target++) {
      if (target !== source) pool[target] = mix(pool[target]!, hash(pool[source]!));
    }
  }
  let outputConstant = 0x8b51f9dd;
  return Uint32Array.from({ length: 8 }, (_, i) => {
    let value = pool[i % 4]! ^ outputConstant;
    outputConstant = Math.imul(outputConstant, 0x58f38ded);
    value = Math.imul(value, outputConstant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

function mix(x: number, y: number): number {
  const value = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) | 0;
  return (value ^ (value >>> 16)) >>> 0;
}
