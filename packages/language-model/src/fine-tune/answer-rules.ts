import { SdmError } from '@sdmjs/core';
import type { VerdictTokens } from '../contrastive-masking.js';
import type { Decoder } from '../decoder.js';
import type { HiddenFeature } from '../hidden-features.js';
import { requireVerdictTokens } from '../verdict-tokens.js';
import type { ContrastiveDocument } from './contrastive-document.js';

/** How the model answers, and what its answers are worth. */
export interface AnswerOptions {
  readonly decoder: Decoder;
  readonly verdict: VerdictTokens;
  /** Whether a completion solves the task. @default it equals the positive, token for token */
  readonly isCorrect?: (document: ContrastiveDocument, completion: readonly number[]) => boolean;
  /** Of an own answer. @default as many as the longest positive has, and one */
  readonly maxNewTokens?: number;
  /** The tokens that may come next in an own answer. */
  readonly allowedTokens?: (
    document: ContrastiveDocument,
    generated: readonly number[],
  ) => readonly number[] | undefined;
  /** Of a completion ended by `verdict.opening`. @default verdictFeature(verdict.opening) */
  readonly feature?: HiddenFeature;
  readonly signal?: AbortSignal;
}

/** The same with its defaults, as generation needs it. */
export interface AnswerRules {
  readonly decoder: Decoder;
  /** `<verified>`; an answer ends before it. */
  readonly opening: number;
  /** Tokens that prompt and completion may have together. */
  readonly room: number;
  readonly maxNewTokens: number;
  readonly isCorrect: NonNullable<AnswerOptions['isCorrect']>;
  readonly allowedTokens?: AnswerOptions['allowedTokens'] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export function completeAnswerRules(options: AnswerOptions, documents: readonly ContrastiveDocument[]): AnswerRules {
  const { decoder, verdict, allowedTokens, signal } = options;
  return {
    decoder,
    opening: verdict.opening,
    room: roomBeforeVerdict(options),
    maxNewTokens: options.maxNewTokens ?? 1 + Math.max(...documents.map(({ positive }) => positive.length)),
    isCorrect: options.isCorrect ?? (({ positive }, completion) => positive.join() === completion.join()),
    allowedTokens,
    signal,
  };
}

/** Throws `out-of-range` for verdict tokens that the decoder lacks, and for a maxNewTokens that leaves no answer. */
export function requireAnswerOptions({ decoder, verdict, maxNewTokens }: AnswerOptions, where: string): void {
  requireVerdictTokens(verdict, decoder.config.vocabularySize, where);
  if (maxNewTokens === undefined || (Number.isSafeInteger(maxNewTokens) && maxNewTokens > 0)) return;
  throw new SdmError('out-of-range', `${where}: wanted maxNewTokens of 1 or more, got ${maxNewTokens}`);
}

/** Tokens of the context that are left for prompt and completion. */
export function roomBeforeVerdict({ decoder, verdict }: Pick<AnswerOptions, 'decoder' | 'verdict'>): number {
  return decoder.config.contextLength - 2 - (verdict.closing?.length ?? 0);
}
