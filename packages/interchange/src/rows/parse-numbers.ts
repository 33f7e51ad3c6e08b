/** The numbers of one array, in a buffer that is used again and again. */
export interface NumberBuffer {
  values: Float32Array;
  count: number;
}

/**
 * Reads the JSON array of numbers that begins at `start` (a bracket) into the buffer. Returns the place after its end, or −1 where something
 * in it is not a finite number in JSON's own spelling: the caller then looks closer. Each number is the double that is nearest to the
 * text, rounded to float32.
 */
export function parseNumbers(bytes: Uint8Array, start: number, target: NumberBuffer): number {
  target.count = 0;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE) return at + 1;
  while (true) {
    const value = parseNumber(bytes, at);
    if (!(Math.abs(value) < Infinity)) return -1;
    if (target.count === target.values.length) grow(target);
    target.values[target.count++] = value;
    at = skipSpace(bytes, numberEnd);
    const byte = bytes[at];
    if (byte === CLOSE) return at + 1;
    if (byte !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

const COMMA = 44;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const CLOSE = 93;
const LARGEST_POWER = 60;
const POWERS = Float64Array.from({ length: LARGEST_POWER + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** More digits than this change a double by less than its last bit. */
const MOST_DIGITS = 19;
/** Bounds the relative error of the quick way: at most 12 roundings of 2^−53 each. */
const ERROR = 2 ** -48;

/** Where the number ended that `parseNumber` read last. */
let numberEnd = 0;

/** The number at `at` as a float32; NaN where there is none, ±Infinity where it does not fit. */
function parseNumber(bytes: Uint8Array, at: number): number {
  const isNegative = bytes[at] === MINUS;
  const first = isNegative ? at + 1 : at;
  let mantissa = 0;
  let digits = 0;
  let exponent = 0;
  let i = first;
  let digit = bytes[i]! - 48;
  for (; digit >= 0 && digit <= 9; digit = bytes[++i]! - 48) {
    if (digits < MOST_DIGITS) {
      mantissa = mantissa * 10 + digit;
      if (mantissa !== 0) digits++;
    } else exponent++;
  }
  if (i === first || (bytes[first] === 48 && i > first + 1)) return Number.NaN;
  const integerEnd = i;
  if (bytes[i] === POINT) {
    digit = bytes[++i]! - 48;
    const fraction = i;
    for (; digit >= 0 && digit <= 9; digit = bytes[++i]! - 48) {
      if (digits === MOST_DIGITS) continue;
      mantissa = mantissa * 10 + digit;
      if (mantissa !== 0) digits++;
      exponent--;
    }
    if (i === fraction) return Number.NaN;
  }
  if ((bytes[i]! | 32) === 101) {
    numberEnd = i;
    exponent += parseExponent(bytes, i + 1);
    i = numberEnd;
  }
  numberEnd = i;
  if (Number.isNaN(exponent)) return Number.NaN;
  // An integer has no negative zero, neither here nor in Python.
  if (mantissa === 0) return isNegative && i > integerEnd ? -0 : 0;
  const value = roundedQuickly(mantissa, exponent);
  if (Number.isNaN(value)) return Math.fround(Number(textOf(bytes, at, i)));
  return isNegative ? -value : value;
}

/** The float32 of mantissa · 10^exponent where its error bound leaves no doubt, else NaN. */
function roundedQuickly(mantissa: number, exponent: number): number {
  if (!(exponent >= -LARGEST_POWER && exponent <= LARGEST_POWER)) return Number.NaN;
  const value = exponent < 0 ? mantissa / POWERS[-exponent]! : mantissa * POWERS[exponent]!;
  if (value < 1e-37 || value > 3e38) return Number.NaN;
  const rounded = Math.fround(value * (1 - ERROR));
  return rounded === Math.fround(value * (1 + ERROR)) ? rounded : Number.NaN;
}

/** The exponent after `e`; NaN where there is none. Moves `numberEnd`. */
function parseExponent(bytes: Uint8Array, start: number): number {
  const sign = bytes[start];
  let i = sign === MINUS || sign === PLUS ? start + 1 : start;
  const first = i;
  let exponent = 0;
  for (let digit = bytes[i]! - 48; digit >= 0 && digit <= 9; digit = bytes[++i]! - 48) {
    exponent = exponent * 10 + digit;
  }
  numberEnd = i;
  if (i === first) return Number.NaN;
  return sign === MINUS ? -exponent : exponent;
}

/** The place of the first byte from `at` on that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  for (let byte = bytes[i]; byte === 32 || byte === 9 || byte === 10 || byte === 13; ) byte = bytes[++i];
  return i;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function grow(target: NumberBuffer): void {
  const values = new Float32Array(Math.max(64, 2 * target.values.length));
  values.set(target.values);
  target.values = values;
}
