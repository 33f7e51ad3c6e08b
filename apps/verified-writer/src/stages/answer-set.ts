import type { Matrix } from '@sdmjs/core';
import {
  decodeSafetensors,
  encodeSafetensors,
  type HiddenFeature,
  type LanguageModel,
  REFUTED,
  VERIFIED,
  verdictFeature,
} from '@sdmjs/language-model';
import { answerRequest, featureOfAnswer } from '../answer-prompts.js';
import { SET_TITLES, type SetName } from '../corpus/build-corpus.js';
import { isExactMatch, type WordOrderItem } from '../items.js';
import { type RunContext, timed } from '../run-context.js';
import { promptTokens, taskTokens } from '../task-tokens.js';

/** What the language model answered to the items of a set. */
export interface AnsweredSet {
  /** Without `<end>`, one a item. */
  readonly answers: readonly (readonly string[])[];
  /** `VERIFIED` for an exact match, else `REFUTED`. */
  readonly labels: Int32Array;
  /** Of the answers, as the estimator takes them. `[items, 2 · width]` */
  readonly features: Matrix;
  /** The same by the rule of arXiv 2510.26183: the mean is over the prompt, too. `[items, 2 · width]` */
  readonly sequenceFeatures: Matrix;
}

/** Answers of a set with their features, from the run folder when they are there. */
export async function answerSet(
  context: RunContext,
  languageModel: LanguageModel,
  name: SetName,
): Promise<AnsweredSet> {
  const fileName = `answers-${name}.safetensors`;
  const items = context.corpus.sets[name];
  if (!context.folder.has(fileName)) {
    await timed(context, 'answers', async () => {
      context.folder.writeBytes(fileName, await answerItems(context, languageModel, { name, items }));
    });
  }
  const { tensors } = decodeSafetensors(context.folder.readBytes(fileName));
  const ids = tensors.get('answers')!;
  const matrixOf = (tensor: string): Matrix => {
    const { values, shape } = tensors.get(tensor)!;
    return { data: values, rows: shape[0]!, columns: shape[1]! };
  };
  const answers = items.map((_, i) => {
    const length = ids.shape[1]!;
    return Array.from(ids.values.subarray(i * length, (i + 1) * length), (id) => languageModel.tokenizer.token(id)!);
  });
  return {
    answers,
    labels: labelAnswers(items, answers),
    features: matrixOf('features'),
    sequenceFeatures: matrixOf('sequence-features'),
  };
}

/** Exact match decides: `VERIFIED` or `REFUTED`. */
export function labelAnswers(items: readonly WordOrderItem[], answers: readonly (readonly string[])[]): Int32Array {
  return Int32Array.from(items, (item, i) => (isExactMatch(item, answers[i]!) ? VERIFIED : REFUTED));
}

async function answerItems(
  { preset, terminal, signal }: RunContext,
  languageModel: LanguageModel,
  set: { readonly name: SetName; readonly items: readonly WordOrderItem[] },
): Promise<Uint8Array> {
  const { name, items } = set;
  const { answerLength } = preset.corpus;
  const tokens = taskTokens(languageModel.tokenizer);
  const progress = terminal.startProgress(`Answering ${SET_TITLES[name]}`, 3 * items.length);
  const generations = await languageModel.generate({
    ...answerRequest(tokens, answerLength),
    prompts: items.map((item) => promptTokens(item, languageModel.tokenizer, tokens)),
    onProgress: ({ completed }) => progress.update(completed),
    signal,
  });
  const sequences = generations.map(({ prompt, tokens: written }) => [...prompt, ...written, tokens.verified]);
  const featuresOf = (feature: HiddenFeature, before: number) =>
    languageModel.features({
      sequences,
      feature,
      onProgress: ({ completed }) => progress.update(before + completed),
      signal,
    });
  const features = await featuresOf(featureOfAnswer(tokens, answerLength), items.length);
  const sequenceFeatures = await featuresOf(verdictFeature(tokens.verified), 2 * items.length);
  progress.end();
  const ids = Float32Array.from(generations.flatMap((generation) => generation.tokens.slice(0, answerLength)));
  return encodeSafetensors(
    new Map([
      ['answers', { shape: [items.length, answerLength], values: ids }],
      ['features', { shape: [features.rows, features.columns], values: features.data }],
      ['sequence-features', { shape: [features.rows, features.columns], values: sequenceFeatures.data }],
    ]),
  );
}
