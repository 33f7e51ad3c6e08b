import { SdmError } from '@sdmjs/core';

/** Pieces with their log-probabilities, in the order of their ids; null counts as 0. */
export type Vocabulary = readonly (readonly [piece: string, score: number | null])[];

export interface UnigramTokenizer {
  /** Ids of the likeliest pieces, at most `maxTokens` of them; a run of unknown characters is one token 0. */
  encode(text: string, maxTokens: number): number[];
}

interface TrieNode {
  readonly children: Map<string, TrieNode>;
  id?: number;
}

/** The best way to the place after some character. */
interface Step {
  readonly score: number;
  readonly start: number;
  readonly id: number;
}

const UNKNOWN = 0;
/** Ids below this are marks, not text. */
const RESERVED_COUNT = 6;
/** How much less likely than the rarest piece an unknown character is, as in SentencePiece. */
const UNKNOWN_PENALTY = 10;
const WORD_START = '▁';

/**
 * A SentencePiece unigram tokenizer: NFKC, white space as `▁`, then the segmentation of the greatest summed log-probability (Kudo 2018,
 * arXiv 1804.10959, §3.2). Throws `bad-format` for a vocabulary without pieces.
 */
export function createUnigramTokenizer(vocabulary: Vocabulary): UnigramTokenizer {
  if (vocabulary.length <= RESERVED_COUNT) {
    throw new SdmError(
      'bad-format',
      `createUnigramTokenizer: wanted a vocabulary with pieces, got ${vocabulary.length}`,
    );
  }
  const { root, longest } = buildTrie(vocabulary);
  const scores = vocabulary.map(([, score]) => score ?? 0);
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_PENALTY;

  /** `[characters + 1]` */
  function bestSteps(characters: readonly string[]): Step[] {
    const steps: Step[] = [{ score: 0, start: -1, id: UNKNOWN }];
    const offer = (end: number, step: Step) => {
      if (step.score > (steps[end]?.score ?? Number.NEGATIVE_INFINITY)) steps[end] = step;
    };
    for (let start = 0; start < characters.length; start++) {
      const { score } = steps[start]!;
      offer(start + 1, { score: score + unknownScore, start, id: UNKNOWN });
      let node = root.children.get(characters[start]!);
      for (let end = start + 1; node !== undefined; end++) {
        if (node.id !== undefined) offer(end, { score: score + scores[node.id]!, start, id: node.id });
        node = end < characters.length ? node.children.get(characters[end]!) : undefined;
      }
    }
    return steps;
  }

  return {
    encode(text, maxTokens) {
      const plain = text.normalize('NFKC').trim().replace(/\s+/g, WORD_START);
      if (plain === '') return [];
      // What lies beyond could not be among the first tokens.
      const characters = Array.from(WORD_START + plain.slice(0, 2 * longest * maxTokens)).slice(0, longest * maxTokens);
      const steps = bestSteps(characters);
      const ids: number[] = [];
      for (let end = characters.length; end > 0; end = steps[end]!.start) {
        const { id } = steps[end]!;
        if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      }
      return ids.reverse().slice(0, maxTokens);
    },
  };
}

function buildTrie(vocabulary: Vocabulary): { root: TrieNode; longest: number } {
  const root: TrieNode = { children: new Map() };
  let longest = 1;
  for (const [id, [piece]] of vocabulary.entries()) {
    if (id < RESERVED_COUNT) continue;
    const characters = Array.from(piece);
    longest = Math.max(longest, characters.length);
    let node = root;
    for (const character of characters) {
      const next = node.children.get(character) ?? { children: new Map() };
      node.children.set(character, next);
      node = next;
    }
    node.id ??= id;
  }
  return { root, longest };
}
