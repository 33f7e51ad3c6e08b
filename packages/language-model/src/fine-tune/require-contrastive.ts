import { SdmError } from '@sdmjs/core';
import { type AnswerOptions, roomBeforeVerdict } from './answer-rules.js';
import type { ContrastiveDocument } from './contrastive-document.js';

/** Throws `empty-input`, `duplicate-id`, `bad-format`, `out-of-range` or `context-exceeded` before anything is trained. */
export function requireContrastive(
  documents: readonly ContrastiveDocument[],
  {
    what,
    options,
    taken,
  }: {
    readonly what: string;
    readonly options: Pick<AnswerOptions, 'decoder' | 'verdict'>;
    readonly taken: Set<string>;
  },
): void {
  const room = roomBeforeVerdict(options);
  const { vocabularySize } = options.decoder.config;
  const where = `documents of the ${what}`;
  if (documents.length === 0) throw new SdmError('empty-input', `${where}: wanted at least one`);
  for (const { id, prompt, positive, negative, textLength = 0 } of documents) {
    if (taken.has(id)) throw new SdmError('duplicate-id', `${where}: "${id}" occurs before`);
    taken.add(id);
    if (prompt.length === 0 || positive.join() === negative.join()) {
      throw new SdmError('bad-format', `${where}: "${id}": wanted a prompt, and a negative unlike the positive`);
    }
    const length = prompt.length + Math.max(positive.length, negative.length);
    if (length > room) {
      throw new SdmError(
        'context-exceeded',
        `${where}: "${id}" has ${length} tokens before its verdict, the context has room for ${room}; shorten it, leave it out or train with a longer context`,
      );
    }
    const isToken = (token: number) => Number.isInteger(token) && token >= 0 && token < vocabularySize;
    if (![prompt, positive, negative].every((tokens) => tokens.every(isToken))) {
      throw new SdmError('out-of-range', `${where}: "${id}" has a token outside [0, ${vocabularySize})`);
    }
    if (Number.isInteger(textLength) && textLength >= 0 && textLength <= prompt.length) continue;
    throw new SdmError(
      'out-of-range',
      `${where}: "${id}": wanted a textLength up to ${prompt.length}, got ${textLength}`,
    );
  }
}
