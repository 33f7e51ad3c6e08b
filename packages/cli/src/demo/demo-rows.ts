import { createRandom } from '@sdmjs/core';

export const DEMO_CLASSES = ['negative', 'positive'] as const;

const THINGS = ['film', 'meal', 'book', 'concert', 'hotel', 'train ride'];
const WORDS = [
  ['dull', 'cold', 'poor', 'noisy', 'sad', 'slow'],
  ['bright', 'warm', 'fine', 'calm', 'glad', 'quick'],
] as const;
const FEATURES = 16;

/** One split of made-up rows. */
export interface DemoRows {
  readonly name: string;
  readonly rows: number;
  readonly seed: bigint;
}

/**
 * Lines of JSON: sentences of four words of opinion, and as features the noisy counts of the words. The label is the kind of most words; in some
 * rows two of each kind leave it open, and one label in fifty is wrong.
 */
export function demoLines({ name, rows, seed }: DemoRows): string[] {
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random.uniform(0, count));
  return Array.from({ length: rows }, (_, i) => {
    const kind = i % 2;
    const against = below(10) < 6 ? 0 : below(10) < 7 ? 1 : 2;
    const words = Array.from({ length: 4 }, (_, j) => {
      const wordKind = j < against ? 1 - kind : kind;
      const word = below(6);
      return { text: WORDS[wordKind as 0 | 1][word]!, column: 6 * wordKind + word };
    });
    const embedding = Array.from({ length: FEATURES }, () => 0.35 * random.normal());
    for (const { column } of words) embedding[column]! += 1;
    const label = below(50) === 0 ? 1 - kind : kind;
    const document = `${capitalized(name)} review ${i}: the ${THINGS[below(6)]} was ${words.map(({ text }) => text).join(', ')}.`;
    const rounded = embedding.map((value) => Number(value.toFixed(4)));
    return `${JSON.stringify({ id: `${name}-${i}`, label, document, embedding: rounded })}\n`;
  });
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
