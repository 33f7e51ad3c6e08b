import { SdmError } from '@sdmjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { type Decoder, forward } from './decoder.js';
import { type GenerateTokensOptions, generateTokens } from './generate.js';
import { scoreTokens } from './score-tokens.js';
import { describeOnBackends } from './testing/backends.js';
import { createTinyDecoder, SEQUENCES } from './testing/tiny.js';

describeOnBackends('generation', () => {
  it('takes the tokens that whole forward passes would, for prompts of any length side by side', async () => {
    const decoder = createTinyDecoder();
    const before = tf.memory().numTensors;
    const results = await generateTokens({ decoder, prompts: SEQUENCES, maxNewTokens: 3, batchSize: 3 });
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, prompt] of SEQUENCES.entries()) {
      expect(results[i]!.tokens, `prompt ${i}`).toEqual(await uncachedGreedy(decoder, prompt, 3));
      expect(results[i]!.finishReason).toBe('length');
    }
    decoder.dispose();
  });

  it('returns the log-probabilities that scoring the whole sequence gives', async () => {
    const decoder = createTinyDecoder();
    const results = await generateTokens({ decoder, prompts: SEQUENCES, maxNewTokens: 3, temperature: 1 });
    const scores = await scoreTokens({
      decoder,
      sequences: SEQUENCES.map((prompt, i) => [...prompt, ...results[i]!.tokens]),
    });
    results.forEach(({ logProbabilities }, i) => {
      const scored = scores[i]!.subarray(SEQUENCES[i]!.length);
      // Float32 in another order of sums; logs of order 3.
      logProbabilities.forEach((value, k) => {
        expect(scored[k]!).toBeCloseTo(value, 4);
      });
    });
    decoder.dispose();
  });

  it('samples by seed and row, whatever the batch', async () => {
    const decoder = createTinyDecoder();
    const sample = async (seed: number, batchSize: number) => {
      const options = { decoder, prompts: SEQUENCES, maxNewTokens: 3, temperature: 1.5, topP: 0.9 };
      return (await generateTokens({ ...options, seed, batchSize })).map(({ tokens }) => tokens);
    };
    const first = await sample(1, 256);
    expect(await sample(1, 1)).toEqual(first);
    expect(await sample(2, 256)).not.toEqual(first);
    decoder.dispose();
  });

  it('draws a row from the stream of chance it is told, and tells every token when it is chosen', async () => {
    const decoder = createTinyDecoder();
    const heard: number[][] = SEQUENCES.map(() => []);
    const options = { decoder, maxNewTokens: 3, temperature: 1.5, seed: 5 };
    const onToken: GenerateTokensOptions['onToken'] = ({ index, generated }) => heard[index]!.push(generated.at(-1)!);
    const all = await generateTokens({ ...options, prompts: SEQUENCES, onToken });
    expect(heard).toEqual(all.map(({ tokens }) => tokens));
    const chanceIndices = [3, 1];
    const some = await generateTokens({ ...options, prompts: chanceIndices.map((i) => SEQUENCES[i]!), chanceIndices });
    expect(some.map(({ tokens }) => tokens)).toEqual(chanceIndices.map((i) => all[i]!.tokens));
    decoder.dispose();
  });

  it('keeps to the allowed tokens and ends a row where nothing is allowed', async () => {
    const decoder = createTinyDecoder();
    const left = [4, 7, 9];
    const results = await generateTokens({
      decoder,
      prompts: SEQUENCES,
      maxNewTokens: 9,
      allowedTokens: ({ generated }) => left.filter((token) => !generated.includes(token)),
    });
    for (const { tokens, finishReason } of results) {
      expect([...tokens].sort()).toEqual(left);
      expect(finishReason).toBe('nothing-allowed');
    }
    decoder.dispose();
  });

  it('ends at a stop token and at the end of the context', async () => {
    const decoder = createTinyDecoder();
    const everything = Array.from({ length: 11 }, (_, token) => token);
    const stopped = await generateTokens({ decoder, prompts: SEQUENCES, maxNewTokens: 5, stopTokens: everything });
    expect(stopped.map(({ tokens, finishReason }) => [tokens.length, finishReason])).toEqual(
      SEQUENCES.map(() => [1, 'stop']),
    );
    const full = await generateTokens({ decoder, prompts: SEQUENCES, maxNewTokens: 20 });
    expect(full.map(({ tokens }) => tokens.length)).toEqual(SEQUENCES.map((prompt) => 12 - prompt.length));
    expect(full.every(({ finishReason }) => finishReason === 'context')).toBe(true);
    decoder.dispose();
  });

  it('refuses prompts it cannot read', async () => {
    const decoder = createTinyDecoder();
    const before = tf.memory().numTensors;
    const run = (prompt: number[]) => generateTokens({ decoder, prompts: [prompt], maxNewTokens: 1 });
    await expect(run(Array.from({ length: 13 }, () => 1))).rejects.toThrow(/has 13 tokens, the context is 12/);
    await expect(run([])).rejects.toSatisfy((error) => SdmError.is(error, 'empty-input'));
    const allowedTokens = () => [11];
    await expect(generateTokens({ decoder, prompts: [[1]], maxNewTokens: 1, allowedTokens })).rejects.toThrow(
      /token 11/,
    );
    const signal = AbortSignal.abort();
    const stopped = generateTokens({ decoder, prompts: [[1]], maxNewTokens: 1, signal });
    await expect(stopped).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    await expect(run([1, 11])).rejects.toThrow(/token 11 at 1, wanted ids in \[0, 11\)/);
    expect(tf.memory().numTensors).toBe(before);
    decoder.dispose();
  });
});

async function uncachedGreedy(decoder: Decoder, prompt: readonly number[], count: number): Promise<number[]> {
  const tokens = [...prompt];
  for (let i = 0; i < count; i++) {
    const best = tf.tidy(() => {
      const { tokenLogits } = forward(decoder, tf.tensor2d([tokens], undefined, 'int32'));
      return tf.argMax(tf.reshape(tf.slice(tokenLogits, [0, tokens.length - 1, 0], [1, 1, -1]), [-1]));
    });
    tokens.push((await best.data())[0]!);
    best.dispose();
  }
  return tokens.slice(prompt.length);
}
