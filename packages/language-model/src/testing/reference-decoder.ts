import type { Decoder } from '../decoder.js';
import type { DecoderLayer } from '../decoder-weights.js';

type Rows = number[][];

/** One sequence through a decoder by plain loops in double precision, written from the formulas alone. */
export async function referenceForward(
  decoder: Decoder,
  tokens: number[],
): Promise<{ hidden: Rows; tokenLogits: Rows }> {
  const { config, weights } = decoder;
  const embedding = (await weights.embedding.array()) as Rows;
  let x = tokens.map((token) => embedding[token]!.map((value) => value * config.embeddingScale));
  for (const layer of weights.layers) {
    x = add(
      x,
      await attend(norm(x, (await layer.attentionNorm.array()) as number[], config.normEpsilon), layer, config),
    );
    x = add(x, await feed(norm(x, (await layer.feedForwardNorm.array()) as number[], config.normEpsilon), layer));
  }
  const hidden = norm(x, (await weights.finalNorm.array()) as number[], config.normEpsilon);
  const tokenLogits = hidden.map((row) => embedding.map((column) => dot(row, column) * config.logitScale));
  return { hidden, tokenLogits };
}

async function attend(x: Rows, layer: DecoderLayer, config: Decoder['config']): Promise<Rows> {
  const size = config.width / config.headCount;
  const [query, key, value] = await Promise.all(
    [layer.query, layer.key, layer.value].map(async (weight) => multiply(x, (await weight.array()) as Rows)),
  );
  const mixed = x.map(() => Array.from({ length: config.width }, () => 0));
  for (let head = 0; head < config.headCount; head++) {
    const part = (row: number[]) => row.slice(head * size, (head + 1) * size);
    const keys = key!.map((row, position) => turn(part(row), position, config.ropeBase));
    query!.forEach((row, t) => {
      const q = turn(part(row), t, config.ropeBase);
      const powers = keys.slice(0, t + 1).map((k) => Math.exp(dot(q, k) / Math.sqrt(size)));
      const total = powers.reduce((sum, power) => sum + power, 0);
      powers.forEach((power, s) => {
        part(value![s]!).forEach((v, i) => {
          mixed[t]![head * size + i]! += (power / total) * v;
        });
      });
    });
  }
  return multiply(mixed, (await layer.output.array()) as Rows);
}

async function feed(x: Rows, layer: DecoderLayer): Promise<Rows> {
  const gate = multiply(x, (await layer.gate.array()) as Rows);
  const up = multiply(x, (await layer.up.array()) as Rows);
  const inner = gate.map((row, t) => row.map((a, i) => (a / (1 + Math.exp(-a))) * up[t]![i]!));
  return multiply(inner, (await layer.down.array()) as Rows);
}

/** Each pair (i, i + half) as a complex number, times e^(i · position · base^(−i / half)). */
function turn(vector: number[], position: number, base: number): number[] {
  const half = vector.length / 2;
  const turned = [...vector];
  for (let i = 0; i < half; i++) {
    const angle = position * base ** (-i / half);
    turned[i] = vector[i]! * Math.cos(angle) - vector[i + half]! * Math.sin(angle);
    turned[i + half] = vector[i]! * Math.sin(angle) + vector[i + half]! * Math.cos(angle);
  }
  return turned;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const add = (a: Rows, b: Rows) => a.map((row, t) => row.map((value, i) => value + b[t]![i]!));
const multiply = (a: Rows, b: Rows) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * b[i]![j]!, 0)));
const norm = (x: Rows, gain: number[], epsilon: number) =>
  x.map((row) => row.map((value, i) => (value * gain[i]!) / Math.sqrt(dot(row, row) / row.length + epsilon)));
