import { answerFeature, type HiddenFeature } from '@sdmjs/language-model';
import { constrainToGivenWords } from './constrain-to-given-words.js';
import type { TaskTokens } from './task-tokens.js';

/** How every answer of this app is written: greedily, among the given words, ended by `<end>`. */
export function answerRequest(tokens: TaskTokens, answerLength: number) {
  return {
    maxNewTokens: answerLength + 1,
    stopTokens: [tokens.end],
    allowedTokens: constrainToGivenWords(tokens),
  };
}

/** The features of an answer: the mean over its words and `<end>`, joined with the state at `<verified>`. */
export function featureOfAnswer(tokens: TaskTokens, answerLength: number): HiddenFeature {
  return answerFeature(tokens.verified, answerLength + 1);
}
