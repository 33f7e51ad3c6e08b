import { SdmError } from '@sdmjs/core';
import type { Estimate } from '@sdmjs/estimator';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDecoder } from './decoder.js';
import { verdictFeature } from './hidden-features.js';
import { createLanguageModel, representationOf } from './language-model.js';
import { type StreamVerifiedOptions, streamVerified, type VerifiedStreamPart } from './stream-verified.js';
import { startBackend } from './testing/backends.js';
import { admitted, rejected } from './testing/estimates.js';
import { TINY } from './testing/tiny.js';
import { trainWordTokenizer } from './word-tokenizer.js';
import { wrapLanguageModel } from './wrap-language-model.js';

const tokenizer = trainWordTokenizer({ texts: ['a b c d'], vocabularySize: 22, controlTokens: ['<verified>'] });
const VERDICT = tokenizer.tokenId('<verified>')!;

async function createWrapped(estimate: Estimate) {
  const decoder = createDecoder({ ...TINY, vocabularySize: 22 }, { seed: 1 });
  const languageModel = await createLanguageModel({ decoder, tokenizer });
  const representation = await representationOf(languageModel, verdictFeature(VERDICT));
  const estimator = { model: { representation }, estimateAll: async () => [estimate] };
  return wrapLanguageModel({ languageModel, estimator, verdictToken: VERDICT });
}

async function collect(
  estimate: Estimate,
  options: Partial<StreamVerifiedOptions> = {},
): Promise<{ text: string[]; last: VerifiedStreamPart }> {
  const languageModel = await createWrapped(estimate);
  const parts: VerifiedStreamPart[] = [];
  const stream = streamVerified({ languageModel, prompt: 'a b', maxNewTokens: 5, temperature: 1, ...options });
  for await (const part of stream) parts.push(part);
  languageModel.dispose();
  const text = parts.slice(0, -1).map((part) => (part.kind === 'text' ? part.text : 'no text'));
  return { text, last: parts.at(-1)! };
}

describe('a verified stream', () => {
  beforeAll(() => startBackend('cpu'));

  it('holds text back until it is verified', async () => {
    const verified = await collect(admitted(1));
    expect(verified.last).toMatchObject({ kind: 'verdict', generation: { verification: { verdict: 'verified' } } });
    expect(verified.text).toEqual([verified.last.kind === 'verdict' && verified.last.generation.text]);
    for (const estimate of [admitted(0), rejected]) expect((await collect(estimate)).text).toEqual([]);
  });

  it('passes text as it comes and flags it at the end', async () => {
    const { text, last } = await collect(rejected, { beforeVerdict: 'pass' });
    expect(last).toMatchObject({ kind: 'verdict', generation: { verification: { verdict: 'rejected' } } });
    expect(text.join('')).toBe(last.kind === 'verdict' && last.generation.text);
    expect(text.length).toBeGreaterThan(1);
  });

  it('stops generating when the reader leaves', async () => {
    const languageModel = await createWrapped(rejected);
    let tokenCount = 0;
    const counted: typeof languageModel = {
      ...languageModel,
      generate: (request) =>
        languageModel.generate({
          ...request,
          onToken(row) {
            tokenCount = row.generated.length;
            request.onToken?.(row);
          },
        }),
    };
    const stream = streamVerified({ languageModel: counted, prompt: 'a b', maxNewTokens: 9, beforeVerdict: 'pass' });
    for await (const part of stream) {
      expect(part.kind).toBe('text');
      break;
    }
    expect(tokenCount).toBeLessThan(9);
    languageModel.dispose();
  });

  it('ends with the error of a caller who aborts', async () => {
    const languageModel = await createWrapped(rejected);
    const signal = AbortSignal.abort();
    const run = async () => {
      for await (const part of streamVerified({ languageModel, prompt: 'a', maxNewTokens: 2, signal })) void part;
    };
    await expect(run()).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    languageModel.dispose();
  });
});
