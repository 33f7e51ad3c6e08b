import type { Estimate } from '@sdmjs/estimator';
import { describe, expect, it, vi } from 'vitest';
import { betterCandidate, generateVerified } from './generate-verified.js';
import type { GenerateRequest } from './language-model.js';
import { admitted, rejected } from './testing/estimates.js';
import { type VerifiedGeneration, withVerdict } from './wrap-language-model.js';

const VERIFIED_ESTIMATE = admitted(1);
const REFUTED_ESTIMATE: Estimate = { ...admitted(0), prediction: 0 };

function candidate(estimate: Estimate, token = 0): VerifiedGeneration {
  const verification = withVerdict(estimate);
  return { prompt: [1], tokens: [token], text: '', logProbabilities: [0], finishReason: 'stop', verification };
}

/** Gives prompt p at attempt a the estimate `estimates[p][a]`, and remembers its requests. */
function modelOf(estimates: Estimate[][]) {
  const requests: GenerateRequest[] = [];
  const generate = async (request: GenerateRequest) => {
    requests.push(request);
    const attempt = requests.length - 1;
    return request.chanceIndices!.map((index) => candidate(estimates[index]![attempt]!, 10 * index + attempt));
  };
  return { requests, languageModel: { generate } };
}

describe('generating until verified', () => {
  it('answers greedily first and retries only what is not verified', async () => {
    const { requests, languageModel } = modelOf([
      [VERIFIED_ESTIMATE],
      [rejected, REFUTED_ESTIMATE, VERIFIED_ESTIMATE],
      [REFUTED_ESTIMATE, VERIFIED_ESTIMATE],
    ]);
    const onAttempt = vi.fn();
    const results = await generateVerified({
      languageModel,
      prompts: [[1], [2], [3]],
      maxNewTokens: 1,
      searchDepth: 5,
      onAttempt,
    });
    expect(results.map(({ isVerified, best, index }) => [isVerified, best.tokens[0], index])).toEqual([
      [true, 0, 0],
      [true, 12, 1],
      [true, 21, 2],
    ]);
    expect(results.map(({ candidates }) => candidates.length)).toEqual([1, 3, 2]);
    expect(requests.map(({ prompts, temperature, topP }) => [prompts, temperature, topP])).toEqual([
      [[[1], [2], [3]], 0, undefined],
      [[[2], [3]], 0.7, 0.9],
      [[[2]], 0.7, 0.9],
    ]);
    expect(new Set(requests.map(({ seed }) => seed)).size).toBe(3);
    expect(onAttempt.mock.calls.map(([progress]) => progress.promptCount)).toEqual([3, 2, 1]);
  });

  it('stops at the search depth and hands over what nobody verified', async () => {
    const estimates = [[rejected, rejected, rejected, VERIFIED_ESTIMATE], [VERIFIED_ESTIMATE]];
    const { requests, languageModel } = modelOf(estimates);
    const onRejected = vi.fn(async ({ candidates }: { candidates: readonly unknown[] }) => candidates.length);
    const results = await generateVerified({
      languageModel,
      prompts: [[1], [2]],
      maxNewTokens: 1,
      searchDepth: 2,
      sampling: { temperature: 1.5 },
      onRejected,
    });
    expect(requests).toHaveLength(3);
    expect(requests[1]).toMatchObject({ temperature: 1.5, topP: 0.9 });
    expect(results.map(({ isVerified, handedOver }) => [isVerified, handedOver])).toEqual([
      [false, 3],
      [true, undefined],
    ]);
    expect(onRejected).toHaveBeenCalledTimes(1);
  });

  it('shows a constraint the prompt under its own index in every attempt', async () => {
    const { requests, languageModel } = modelOf([[VERIFIED_ESTIMATE], [rejected, rejected]]);
    const allowedTokens = vi.fn(() => [4]);
    await generateVerified({ languageModel, prompts: [[1], [2]], maxNewTokens: 1, allowedTokens });
    requests[1]!.allowedTokens!({ index: 0, prompt: [2], generated: [] });
    expect(allowedTokens).toHaveBeenLastCalledWith({ index: 1, prompt: [2], generated: [] });
  });

  it('orders candidates by prediction, admission, probability of verified and q′', () => {
    const worse = { ...rejected, probabilities: [0.4, 0.6] };
    const ordered: Estimate[] = [
      VERIFIED_ESTIMATE,
      rejected,
      { ...worse, rescaledSimilarity: 9 },
      worse,
      { ...REFUTED_ESTIMATE, probabilities: [0.9, 0.1] },
      { ...rejected, prediction: 0, probabilities: [0.6, 0.4] },
    ];
    const candidates = ordered.map((estimate, i) => candidate(estimate, i));
    for (const [i, better] of candidates.entries()) {
      for (const other of candidates.slice(i + 1)) {
        expect(betterCandidate(better, other)).toBe(better);
        expect(betterCandidate(other, better)).toBe(better);
      }
    }
    const twin = candidate(rejected);
    expect(betterCandidate(candidates[1]!, twin)).toBe(candidates[1]);
  });

  it('retries answers without tokens like others', async () => {
    const tokens = { tokens: [], finishReason: 'nothing-allowed' as const };
    const { languageModel } = modelOf([[rejected, VERIFIED_ESTIMATE]]);
    const generate = async (request: GenerateRequest) =>
      (await languageModel.generate(request)).map((generation) => ({ ...generation, ...tokens }));
    const [result] = await generateVerified({ languageModel: { generate }, prompts: [[1]], maxNewTokens: 1 });
    expect(result).toMatchObject({ isVerified: true, best: tokens, candidates: [tokens, tokens] });
  });

  it('refuses an impossible depth, and no tokens', async () => {
    const { languageModel } = modelOf([]);
    const run = generateVerified({ languageModel, prompts: [], maxNewTokens: 1, searchDepth: -1 });
    await expect(run).rejects.toThrow(/searchDepth of 0 or more, got -1/);
    const empty = generateVerified({ languageModel, prompts: [[1]], maxNewTokens: 0 });
    await expect(empty).rejects.toThrow(/maxNewTokens of 1 or more, got 0/);
  });
});
