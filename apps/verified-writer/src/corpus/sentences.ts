import { splitWords } from '@sdmjs/language-model';

/** A sentence as lower-cased words and punctuation marks, each one token. */
export type Sentence = readonly string[];

const BOUNDARY = /[.!?]["']?\s+(?=["']?[A-Z0-9])/g;
const ABBREVIATION =
  /\b(?:mr|mrs|messrs|ms|dr|st|gen|gov|hon|col|capt|lt|sen|rep|inc|jr|sr|no|vs|art|sec|etc|[a-z])\.$/i;

/** Cuts running text into sentences; remarks in brackets are left out, and common abbreviations do not end a sentence. */
export function splitSentences(text: string): string[] {
  const plain = straightenQuotes(text)
    .replace(/\[[^\]]*\]|\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const sentences: string[] = [];
  let start = 0;
  for (const { 0: mark, index } of plain.matchAll(BOUNDARY)) {
    const sentence = plain.slice(start, index + 1);
    if (ABBREVIATION.test(sentence)) continue;
    sentences.push(sentence);
    start = index + mark.length;
  }
  return [...sentences, plain.slice(start)].filter((sentence) => sentence !== '');
}

/** The tokens of one sentence; quotation marks are left out. */
export function wordsOf(sentence: string): Sentence {
  return splitWords(
    straightenQuotes(sentence)
      .normalize('NFKD')
      .replace(/[^\p{ASCII}—]|["*_#]/gu, ''),
  );
}

/** Whether the token is a word, not punctuation and not a number. */
export function isWord(token: string): boolean {
  return /^[a-z]/.test(token);
}

/** Whether a clause or a sentence ends at this token. */
export function endsClause(token: string): boolean {
  return /^[.,;:!?]$/.test(token);
}

function straightenQuotes(text: string): string {
  return text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/--+/g, '—');
}
