import { type Random, SdmError } from '@sdmjs/core';

/** The word-ordering task of arXiv 2510.26183: finish a sentence by putting its last words in order. */
export interface WordOrderingItem {
  readonly prefix: readonly string[];
  /** The last words as the prompt shows them. */
  readonly shuffled: readonly string[];
  readonly positive: readonly string[];
  /** A third order, so that a wrong answer is not simply the order of the prompt. */
  readonly negative: readonly string[];
}

/** The item of a sentence, or undefined where its last words have fewer than three different orders or there is no prefix. */
export function wordOrderingItem(options: {
  /** Punctuation attached. */
  readonly words: readonly string[];
  /** How many last words are put in order, at least 3. @default 3 */
  readonly suffixLength?: number;
  readonly random: Random;
}): WordOrderingItem | undefined {
  const { words, suffixLength = 3, random } = options;
  if (!Number.isSafeInteger(suffixLength) || suffixLength < 3) {
    throw new SdmError('out-of-range', `wordOrderingItem: wanted a suffixLength of 3 or more, got ${suffixLength}`);
  }
  const positive = words.slice(-suffixLength);
  if (words.length <= suffixLength || new Set(positive).size < 2) return undefined;
  const shuffled = otherOrder(random, positive);
  const negative = otherOrder(random, positive, shuffled);
  return { prefix: words.slice(0, -suffixLength), shuffled, positive, negative };
}

/** `<sentence>…</sentence>`. With `dropRate` a tag is missing that often: the opening one, the closing one or both, each a third of the time. */
export function tagSentence(
  words: readonly string[],
  noise: { readonly dropRate: number; readonly random: Random } | undefined = undefined,
): string {
  const text = words.join(' ');
  if (!noise || noise.random.nextDouble() >= noise.dropRate) return `<sentence>${text}</sentence>`;
  return [`${text}</sentence>`, `<sentence>${text}`, text][Math.floor(3 * noise.random.nextDouble())]!;
}

function otherOrder(random: Random, ...orders: readonly (readonly string[])[]): string[] {
  const refused = new Set(orders.map((order) => order.join(' ')));
  for (;;) {
    const words = orders[0]!;
    const order = Array.from(random.permutation(words.length), (index) => words[index]!);
    if (!refused.has(order.join(' '))) return order;
  }
}
