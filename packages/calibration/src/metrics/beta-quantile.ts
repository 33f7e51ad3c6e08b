import { regularizedBeta } from './regularized-beta.js';

/** The x in [0, 1] at which the Beta(a, b) distribution function reaches `probability`, for a, b >= 1, to the last bit of a bisection. */
export function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (regularizedBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
}
