import type { Random } from '@sdmjs/core';

/** How the next token is drawn. */
export interface Sampling {
  /** 0 takes the likeliest token; higher is flatter. @default 0 */
  readonly temperature?: number;
  /** Draw only among the likeliest tokens that together reach this probability. @default 1 */
  readonly topP?: number;
}

/** ln Σ exp over a row of token logits. */
export function logSumExp(logits: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum);
}

/** The next token among `allowed` (all when undefined): the likeliest, ties to the lowest id, or a draw. */
export function chooseToken(
  logits: Float32Array,
  allowed: readonly number[] | undefined,
  chance: Sampling & { readonly random: Random },
): number {
  const { temperature = 0, topP = 1, random } = chance;
  if (temperature === 0) return likeliest(logits, allowed);
  const candidates = allowed ? [...new Set(allowed)] : Array.from(logits, (_, token) => token);
  candidates.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const largest = logits[candidates[0]!]!;
  const powers = candidates.map((token) => Math.exp((logits[token]! - largest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const kept = countReaching(powers, topP * total);
  const keptTotal = powers.slice(0, kept).reduce((sum, power) => sum + power, 0);
  return candidates[countReaching(powers, random.nextDouble() * keptTotal) - 1]!;
}

function likeliest(logits: Float32Array, allowed: readonly number[] | undefined): number {
  let best = allowed ? allowed[0]! : 0;
  const count = allowed ? allowed.length : logits.length;
  for (let i = 0; i < count; i++) {
    const token = allowed ? allowed[i]! : i;
    if (logits[token]! > logits[best]! || (logits[token] === logits[best] && token < best)) best = token;
  }
  return best;
}

/** How many values, from the first, it takes for their sum to reach `wanted`; at least 1. */
function countReaching(values: readonly number[], wanted: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    if (sum >= wanted) return i + 1;
  }
  return values.length;
}
