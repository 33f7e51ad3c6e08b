import { SdmError } from '@sdmjs/core';
import type { VerdictTokens } from './contrastive-masking.js';
import type { Tokenizer } from './tokenizer.js';

/** How the control tokens of a verdict are written. */
export interface VerdictTokenNames {
  /** @default '<verified>' */
  readonly opening?: string;
  /** @default 'Yes' */
  readonly yes?: string;
  /** @default 'No' */
  readonly no?: string;
  /** @default [] */
  readonly closing?: readonly string[];
}

/** The ids of a tokenizer's verdict tokens. Throws `out-of-range` with the names of those that the vocabulary lacks. */
export function verdictTokensOf(tokenizer: Pick<Tokenizer, 'tokenId'>, names: VerdictTokenNames = {}): VerdictTokens {
  const { opening = '<verified>', yes = 'Yes', no = 'No', closing = [] } = names;
  const missing = [opening, yes, no, ...closing].filter((name) => tokenizer.tokenId(name) === undefined);
  if (missing.length > 0) {
    const shown = missing.map((name) => `"${name}"`).join(', ');
    throw new SdmError(
      'out-of-range',
      `verdictTokensOf: the vocabulary has no token ${shown}; train the tokenizer with these among controlTokens, or name tokens that it has`,
    );
  }
  const id = (name: string) => tokenizer.tokenId(name)!;
  return { opening: id(opening), yes: id(yes), no: id(no), ...(closing.length > 0 && { closing: closing.map(id) }) };
}

/** Throws `out-of-range` unless the tokens of a verdict are in the vocabulary, and `<verified>`, Yes and No differ. */
export function requireVerdictTokens(verdict: VerdictTokens, vocabularySize: number, where: string): void {
  const { opening, yes, no, closing = [] } = verdict;
  const ids = [opening, yes, no, ...closing];
  const isKnown = ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocabularySize);
  if (isKnown && new Set([opening, yes, no]).size === 3) return;
  throw new SdmError(
    'out-of-range',
    `${where}: wanted three different tokens for <verified>, Yes and No, all in [0, ${vocabularySize}), got ${ids.join(', ')}; see verdictTokensOf`,
  );
}
