import { SdmError } from '@sdmjs/core';
import type { Tokenizer, TokenizerFile } from './tokenizer.js';

/**
 * The classes of words outside the vocabulary, tried from the first: `<unk:num>` for words with a digit, then by suffix, then `<unk>`.
 * They keep something of a word's part of speech.
 */
// biome-ignore format: one line
const UNKNOWN_SUFFIXES = ["'s", 'ing', 'ed', 'ly', 'tion', 'ness', 'ment', 'ity', 'ous', 'ive', 'able', 'al', 'er', 'es', 's'] as const;

/** Lower-cased words, numbers and single marks, in order. */
export function splitWords(text: string): string[] {
  return text.toLowerCase().replaceAll('’', "'").match(WORD) ?? [];
}

/**
 * A word-level tokenizer: the control tokens, 17 unknown classes, and the most frequent words of `texts` (ties alphabetically) up to
 * `vocabularySize` ids in all. Count on training text only. Throws `out-of-range` when there is no room for words.
 */
export function trainWordTokenizer(options: {
  readonly texts: Iterable<string>;
  readonly vocabularySize: number;
  /** @default [] */
  readonly controlTokens?: readonly string[];
}): Tokenizer {
  const { texts, vocabularySize, controlTokens = [] } = options;
  const special = [...controlTokens, ...UNKNOWN_CLASSES];
  const room = vocabularySize - special.length;
  if (!(room > 0)) {
    throw new SdmError(
      'out-of-range',
      `trainWordTokenizer: wanted a vocabulary above ${special.length} (control tokens and unknown classes), got ${vocabularySize}`,
    );
  }
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return createWordTokenizer([...special, ...byCount.slice(0, room).map(([word]) => word)], controlTokens);
}

/** A word-level tokenizer from the file it was saved in. Throws `bad-format`. */
export function restoreWordTokenizer(file: TokenizerFile): Tokenizer {
  const { model, added_tokens: added } = file as { model?: { vocab?: unknown }; added_tokens?: unknown };
  const vocabulary = Object.entries(model?.vocab ?? {});
  vocabulary.sort(([, a], [, b]) => a - b);
  const isDense = vocabulary.length > 0 && vocabulary.every(([, id], index) => id === index);
  if (
    !isDense ||
    !Array.isArray(added) ||
    !UNKNOWN_CLASSES.every((name) => vocabulary.some(([token]) => token === name))
  ) {
    throw new SdmError(
      'bad-format',
      'restoreWordTokenizer: wanted a word-level tokenizer.json written by this package',
    );
  }
  const controlTokens = added.map((token: { content?: unknown }) => String(token.content));
  return createWordTokenizer(
    vocabulary.map(([token]) => token),
    controlTokens,
  );
}

const WORD = /\p{L}[\p{L}\p{M}]*(?:['-]\p{L}[\p{L}\p{M}]*)*|\p{N}(?:[\p{N}.,]*\p{N})?|\S/gu;
const UNKNOWN_CLASSES = ['<unk>', '<unk:num>', ...UNKNOWN_SUFFIXES.map((suffix) => `<unk:${suffix}>`)];

function unknownClass(word: string): string {
  if (/\p{N}/u.test(word)) return '<unk:num>';
  const suffix = UNKNOWN_SUFFIXES.find((ending) => word.length > ending.length && word.endsWith(ending));
  return suffix === undefined ? '<unk>' : `<unk:${suffix}>`;
}

function createWordTokenizer(tokens: readonly string[], controlTokens: readonly string[]): Tokenizer {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const pieces = controlTokens.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const controls = pieces.length > 0 ? new RegExp(`(${pieces.join('|')})`) : undefined;
  const controlSet = new Set(controlTokens);
  const encodeWords = (text: string) => splitWords(text).map((word) => ids.get(word) ?? ids.get(unknownClass(word))!);
  return {
    vocabularySize: tokens.length,
    encode: (text) =>
      (controls ? text.split(controls) : [text]).flatMap((part) =>
        controlSet.has(part) ? [ids.get(part)!] : encodeWords(part),
      ),
    decode: (list) =>
      list
        .map((id) => tokens[id] ?? '<unk>')
        .join(' ')
        .replace(/ (?=[.,;:!?)](?: |$))/g, ''),
    tokenId: (token) => ids.get(token),
    token: (id) => tokens[id],
    isUnknown: (id) => UNKNOWN_CLASSES.includes(tokens[id] ?? '<unk>'),
    toJSON: () => wordTokenizerFile(ids, controlTokens),
  };
}

function wordTokenizerFile(ids: ReadonlyMap<string, number>, controlTokens: readonly string[]): TokenizerFile {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: controlTokens.map((content) => ({ id: ids.get(content)!, content, special: true })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Split', pattern: { Regex: WORD.source }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(ids), unk_token: '<unk>' },
  };
}
