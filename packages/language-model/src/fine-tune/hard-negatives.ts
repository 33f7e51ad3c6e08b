import { generateTokens } from '../generate.js';
import type { AnswerRules } from './answer-rules.js';
import type { ContrastiveDocument } from './contrastive-document.js';
import type { WrongAnswers } from './draw-completions.js';

/** Online hard negatives: the wrong answers of the model as it trains, kept by document until they are cleared. */
export interface HardNegatives {
  /** Answers greedily with the present weights and keeps what is wrong. */
  readonly generate: WrongAnswers;
  /** What was kept, without generating. */
  readonly recall: WrongAnswers;
  /** A copy of what is kept now. */
  readonly kept: () => KeptAnswers;
  clear(): void;
}

/** Wrong answers by the id of their document. */
export type KeptAnswers = ReadonlyMap<string, readonly number[]>;

/** Begins with those of `earlier`, where a run is resumed. */
export function createHardNegatives(rules: AnswerRules, earlier: KeptAnswers = new Map()): HardNegatives {
  const kept = new Map(earlier);
  return {
    async generate(documents) {
      const answers = await answerGreedily(rules, documents);
      return answers.map((completion, i) => {
        const document = documents[i]!;
        if (rules.isCorrect(document, completion)) return undefined;
        kept.set(document.id, completion);
        return completion;
      });
    },
    recall: async (documents) => documents.map(({ id }) => kept.get(id)),
    kept: () => new Map(kept),
    clear: () => kept.clear(),
  };
}

async function answerGreedily(rules: AnswerRules, documents: readonly ContrastiveDocument[]): Promise<number[][]> {
  const { decoder, opening, room, maxNewTokens, allowedTokens, signal } = rules;
  const results = await generateTokens({
    decoder,
    prompts: documents.map(({ prompt }) => prompt),
    maxNewTokens,
    stopTokens: [opening],
    ...(allowedTokens && { allowedTokens: ({ index, generated }) => allowedTokens(documents[index]!, generated) }),
    ...(signal && { signal }),
  });
  return results.map(({ tokens }, i) => {
    const end = tokens.indexOf(opening);
    return tokens.slice(0, Math.min(end < 0 ? tokens.length : end, room - documents[i]!.prompt.length));
  });
}
