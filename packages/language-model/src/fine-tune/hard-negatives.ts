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
  readonly count: () => number;
  clear(): void;
}

export function createHardNegatives(rules: AnswerRules): HardNegatives {
  const kept = new Map<string, readonly number[]>();
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
    count: () => kept.size,
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
