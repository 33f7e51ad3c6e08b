import { SdmError } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { requireVerdictTokens, verdictTokensOf } from './verdict-tokens.js';
import { trainWordTokenizer } from './word-tokenizer.js';

const controlTokens = ['<verified>', 'Yes', 'No', '</verified>', 'Oui'];
const tokenizer = trainWordTokenizer({ texts: ['a b'], vocabularySize: 30, controlTokens });

it('finds the verdict tokens of a tokenizer by their usual names or others', () => {
  expect(verdictTokensOf(tokenizer)).toEqual({ opening: 0, yes: 1, no: 2 });
  expect(verdictTokensOf(tokenizer, { yes: 'Oui', closing: ['</verified>'] })).toEqual({
    opening: 0,
    yes: 4,
    no: 2,
    closing: [3],
  });
});

it('names all tokens that a vocabulary lacks', () => {
  const plain = trainWordTokenizer({ texts: ['a b'], vocabularySize: 30, controlTokens: ['Yes'] });
  expect(() => verdictTokensOf(plain, { closing: ['</verified>'] })).toThrow(
    /no token "<verified>", "No", "<\/verified>"; train the tokenizer with these among controlTokens/,
  );
  expect(() => verdictTokensOf(plain)).toThrow(
    expect.toSatisfy((error: unknown) => SdmError.is(error, 'out-of-range')),
  );
});

it.each([
  [{ opening: 5, yes: 6, no: 9 }],
  [{ opening: 5, yes: 6, no: 6 }],
  [{ opening: -1, yes: 6, no: 7 }],
  [{ opening: 5, yes: 6, no: 7, closing: [9] }],
])('refuses verdict tokens that a model cannot say or tell apart: %j', (verdict) => {
  expect(() => requireVerdictTokens(verdict, 9, 'here')).toThrow(/^here: wanted three different tokens .* in \[0, 9\)/);
});
