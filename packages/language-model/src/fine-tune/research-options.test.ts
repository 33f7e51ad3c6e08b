import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFineTuneState, decodeFineTuneState } from './fine-tune-state.js';
import { startBackend } from '../testing/backends.js';
import { OPTIONS, tune } from '../testing/verdict-toy.js';

describe('the research options of fine-tuning', () => {
  beforeAll(() => startBackend('wasm'));

  it('let documents into the support within an epoch, in training only', async () => {
    // Without learning, evaluations see the same model in both runs, and only the bases of training differ.
    const options = { epochs: 1, evaluationsPerEpoch: 4, learningRate: 0 };
    const [byEpoch, within] = [await tune(options), await tune({ ...options, supportUpdates: 'within-epoch' })];
    expect(within.evaluations).toEqual(byEpoch.evaluations);
    expect(within.losses).not.toEqual(byEpoch.losses);
    const plain = { epochs: 1, loss: 'cross-entropy' } as const;
    expect((await tune({ ...plain, supportUpdates: 'within-epoch' })).weights).toEqual((await tune(plain)).weights);
  });

  it('can be resumed with updates within epochs', async () => {
    const files: Uint8Array[] = [];
    const options = { epochs: 2, supportUpdates: 'within-epoch' } as const;
    const whole = await tune({ ...options, onCheckpoint: (state) => void files.push(encodeFineTuneState(state)) });
    expect(await tune({ ...options, resume: decodeFineTuneState(files[0]!) })).toEqual(whole);
    const other = tune({ epochs: 2, resume: decodeFineTuneState(files[0]!) });
    await expect(other).rejects.toThrow(/another supportUpdates \("within-epoch", here "epoch"\)/);
  });

  it('show no negative with a positiveRate of 1, so the static ones do not matter and nothing is generated', async () => {
    const onlyPositive = { loss: 'cross-entropy', positiveRate: 1, epochs: 2 } as const;
    const isCorrect = () => expect.unreachable();
    const first = await tune({ ...onlyPositive, isCorrect });
    const otherNegatives = OPTIONS.trainingSet.map((document) => ({ ...document, negative: [14, 15] }));
    const second = await tune({ ...onlyPositive, trainingSet: otherNegatives });
    expect(second.weights).toEqual(first.weights);
    await expect(tune({ ...onlyPositive, loss: 'sdm' })).rejects.toThrow(/positiveRate of 1 leaves the SDM layer/);
  });

  it('take the loss of whole negatives where they are not masked', async () => {
    const negatives = { loss: 'cross-entropy', positiveRate: 0, hardNegatives: false, epochs: 1 } as const;
    const oneStep = { ...negatives, batchSize: 49 };
    const [masked, unmasked] = [await tune(oneStep), await tune({ ...oneStep, maskNegatives: false })];
    // Masked: <verified> and No; unmasked: one answer token more, at about the ln 22 of an untrained model.
    const answerLoss = 3 * unmasked.losses[0]! - 2 * masked.losses[0]!;
    expect(Math.abs(answerLoss - Math.log(22))).toBeLessThan(0.5);
    expect(unmasked.weights).not.toEqual(masked.weights);
  });

  it('take the floored logarithm in steps and evaluations', async () => {
    const steep = { loss: { constantBase: 1e30 }, hardNegatives: false, epochs: 1, learningRate: 0 } as const;
    const [stable, floored] = [await tune(steep), await tune({ ...steep, logarithm: 'floored' })];
    // ln ε is −15.9, which no target can exceed by more than the ln of the sum over 22 tokens.
    const most = (16 + Math.log(22)) / Math.log(1e30);
    for (const [i, loss] of floored.losses.entries()) {
      expect(loss).toBeLessThan(most);
      expect(loss).toBeLessThan(stable.losses[i]!);
    }
    expect(floored.bestLoss).toBeLessThan(most);
    expect(floored.bestLoss).toBeLessThan(stable.bestLoss);
  });
});
