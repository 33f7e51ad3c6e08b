import { beforeAll, expect, test } from 'vitest';
import { presetNamed } from '../presets.js';
import { buildCorpus, type Corpus, type CorpusTexts, readCorpusTexts, SET_NAMES } from './build-corpus.js';

const { corpus: sizes } = presetNamed('smoke');
let texts: CorpusTexts;
let corpus: Corpus;

beforeAll(() => {
  texts = readCorpusTexts();
  corpus = buildCorpus(texts, sizes, { seed: 0 });
});

test('every set of the smoke preset is full', () => {
  const counts = Object.fromEntries(SET_NAMES.map((name) => [name, corpus.sets[name].length]));
  expect(counts).toEqual({ support: 2000, calibration: 3600, test: 1500, brown: 500, mobyDick: 500, long: 500 });
});

test('no address is in two parts', () => {
  const sources = [
    new Set(corpus.fineTuning.map((site) => site.source)),
    new Set(corpus.selection.map((site) => site.source)),
    new Set(corpus.sets.support.map((item) => item.source)),
    new Set(corpus.sets.calibration.map((item) => item.source)),
    new Set([...corpus.sets.test, ...corpus.sets.long].map((item) => item.source)),
  ];
  const all = sources.flatMap((names) => [...names]);
  expect(new Set(all).size).toBe(all.length);
});

test('no item of any set occurs in the training text or in another set', () => {
  const trained = new Set(corpus.pretraining.map((sentence) => sentence.join(' ')));
  const tuned = new Set(corpus.fineTuning.map((site) => site.sentence.slice(0, site.end).join(' ')));
  const seen = new Set<string>();
  for (const item of SET_NAMES.flatMap((name) => corpus.sets[name])) {
    const text = [...item.prefix, ...item.answer].join(' ');
    expect(tuned.has(text), text).toBe(false);
    expect(seen.has(text), text).toBe(false);
    for (const mark of '.,;:!?') expect(trained.has(`${text} ${mark}`), text).toBe(false);
    seen.add(text);
  }
});

test('answers are known and distinct, shuffled to another order, after three words or more', () => {
  for (const { prefix, answer, shuffled } of SET_NAMES.flatMap((name) => corpus.sets[name])) {
    expect(answer.every((word) => corpus.tokenizer.tokenId(word) !== undefined)).toBe(true);
    expect(new Set(answer).size).toBe(3);
    expect([...shuffled].sort()).toEqual([...answer].sort());
    expect(shuffled).not.toEqual(answer);
    expect(prefix.length).toBeGreaterThanOrEqual(3);
  }
});

test('sentences have the lengths that the preset names', () => {
  const length = ({ prefix, answer }: Corpus['sets']['test'][number]) => prefix.length + answer.length;
  expect(corpus.sets.test.every((item) => length(item) >= 6 && length(item) <= 24)).toBe(true);
  expect(corpus.sets.long.every((item) => length(item) >= 28 && length(item) <= 44)).toBe(true);
});

test('the same seed gives the same corpus, another seed another split', () => {
  const again = buildCorpus(texts, sizes, { seed: 0 });
  expect(again.sets.test).toEqual(corpus.sets.test);
  const other = buildCorpus(texts, sizes, { seed: 1 });
  expect(other.sets.test).not.toEqual(corpus.sets.test);
});

test('the vocabulary is counted on the training part', () => {
  const counts = new Map<string, number>();
  for (const word of corpus.pretraining.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts].filter(([word]) => corpus.tokenizer.tokenId(word) !== undefined);
  const unknown = [...counts].filter(([word]) => corpus.tokenizer.tokenId(word) === undefined);
  expect(corpus.tokenizer.vocabularySize).toBe(600);
  expect(Math.min(...known.map(([, count]) => count))).toBeGreaterThanOrEqual(
    Math.max(...unknown.map(([, count]) => count)),
  );
});
