import { type Example, SdmError, type SdmErrorCode } from '@sdmjs/core';
import { calibrate } from '@sdmjs/estimator';
import { describe, expect, it } from 'vitest';
import type { EngineRound, TrainingEngine } from './engine.js';
import type { TrainingEvent } from './epoch-report.js';
import { kernelEngine } from './kernel-engine.js';
import { workedCase } from './testing/index.js';
import { type TrainModelOptions, trainModel } from './train-model.js';

const [first, ...others] = workedCase.trainingSet as [Example, ...Example[]];
const replaceFirst = (changes: Partial<Example>) => ({ trainingSet: [{ ...first, ...changes }, ...others] });
const onlyClass = (examples: readonly Example[], label: number) =>
  examples.filter((example) => example.label === label);

const noTraining: TrainingEngine = {
  name: 'never',
  start: () => Promise.reject(new Error('training began')),
  createIndex: () => Promise.reject(new Error('matching began')),
  dispose() {},
};

async function failure(options: Partial<TrainModelOptions>): Promise<{ code: SdmErrorCode; message: string }> {
  try {
    await trainModel({ ...workedCase, engine: noTraining, ...options });
  } catch (error) {
    if (SdmError.is(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

const badInputs: [name: string, options: Partial<TrainModelOptions>, code: SdmErrorCode, says: RegExp][] = [
  [
    'a NaN',
    replaceFirst({ features: Float32Array.of(1, Number.NaN, 3) }),
    'not-finite',
    /trainingSet: row 0, column 1 is NaN; remove/,
  ],
  [
    'an infinity',
    replaceFirst({ features: Float32Array.of(1, 2, Number.POSITIVE_INFINITY) }),
    'not-finite',
    /column 2 is Infinity/,
  ],
  ['ragged rows', replaceFirst({ features: Float32Array.of(1, 2) }), 'shape-mismatch', /the first has 2/],
  ['an empty training set', { trainingSet: [] }, 'empty-input', /trainingSet is empty; give/],
  ['an empty calibration set', { calibrationSet: [] }, 'empty-input', /calibrationSet is empty/],
  [
    'sets of different width',
    { calibrationSet: workedCase.calibrationSet.map((example) => ({ ...example, features: Float32Array.of(1) })) },
    'shape-mismatch',
    /3 features a row, calibrationSet 1/,
  ],
  [
    'a class missing from training',
    { trainingSet: onlyClass(workedCase.trainingSet, 0), classCount: 2 },
    'class-missing',
    /trainingSet has no example of class 1; add/,
  ],
  [
    'a class missing from calibration',
    { calibrationSet: onlyClass(workedCase.calibrationSet, 1) },
    'class-missing',
    /calibrationSet has no example of class 0/,
  ],
  ['an id twice in a set', replaceFirst({ id: 'row-3' }), 'duplicate-id', /"row-3" occurs twice; ids must be unique/],
  ['an id in both sets', replaceFirst({ id: 'row-20' }), 'duplicate-id', /"row-20"/],
  ['an empty id', replaceFirst({ id: '' }), 'bad-format', /empty id/],
  [
    'a label beyond the classes',
    { ...replaceFirst({ label: 2 }), classCount: 2 },
    'label-out-of-range',
    /row 0 \("row-0"\) has label 2; wanted an integer 0 … 1/,
  ],
  ['an unlabelled row', replaceFirst({ label: -1 }), 'label-out-of-range', /leave out unlabelled rows/],
  ['a fractional label', replaceFirst({ label: 0.5 }), 'label-out-of-range', /label 0.5/],
  ['features that are all equal', equalFeatures(), 'out-of-range', /all features are equal/],
  ['too few class names', { classNames: ['A'] }, 'out-of-range', /classCount/],
  ['equal class names', { classNames: ['A', 'A'] }, 'bad-format', /different names/],
  ['an empty fingerprint', { representation: { fingerprint: '' } }, 'bad-format', /fingerprint/],
  ['no epochs', { epochs: 0 }, 'out-of-range', /epochs: wanted an integer >= 1, got 0/],
  ['a learning rate of 0', { learningRate: 1e-60 }, 'out-of-range', /learningRate/],
  ['a negative seed', { seed: -1 }, 'out-of-range', /seed/],
  ['a cap of 1', { maxSimilarity: 1 }, 'out-of-range', /maxSimilarity: wanted an integer >= 2/],
  ['an offset above e', { similarityOffset: 2.8 }, 'out-of-range', /similarityOffset: wanted a number in \(1, e\]/],
  ['a warm-up longer than training', { crossEntropyEpochs: 7 }, 'out-of-range', /at most the 6 epochs/],
  ['strata without a shuffle', { stratify: true }, 'out-of-range', /stratify: wanted shuffle: true/],
  [
    'an unknown rule of selection',
    JSON.parse('{ "selectBy": "luck" }') as Partial<TrainModelOptions>,
    'out-of-range',
    /selectBy: wanted 'balancedLoss' or 'medianSimilarity', got luck/,
  ],
  ['a step of the ladder of 0.5', { alphaResolution: 0.5 }, 'out-of-range', /0.5/],
];

function equalFeatures(): Partial<TrainModelOptions> {
  const flat = (examples: readonly Example[]) =>
    examples.map((example) => ({ ...example, features: Float32Array.of(1, 1, 1) }));
  return { trainingSet: flat(workedCase.trainingSet), calibrationSet: flat(workedCase.calibrationSet) };
}

describe('what is wrong with the inputs is said before any work', () => {
  it.each(badInputs)('%s', async (_, options, code, says) => {
    const { code: got, message } = await failure(options);
    expect(got).toBe(code);
    expect(message).toMatch(says);
  });

  it('a shuffle that loses a class, in whichever round', async () => {
    const rare = workedCase.trainingSet.map((example, i) => ({ ...example, label: i === 0 ? 0 : 1 }));
    const alsoRare = workedCase.calibrationSet.map((example, i) => ({ ...example, label: i === 0 ? 0 : 1 }));
    const { code, message } = await failure({ trainingSet: rare, calibrationSet: alsoRare, shuffle: true, rounds: 20 });
    expect(code).toBe('class-missing');
    expect(message).toMatch(/half of round \d+ \(seed \d+\) has no example of class 0; pass stratify: true/);
  });
});

describe('trainModel', () => {
  it('gives the same model twice, bit for bit', async () => {
    const [one, two] = [await trainModel(workedCase), await trainModel(workedCase)];
    expect(one.model).toEqual(two.model);
    expect(one.calibrationScores).toEqual(two.calibrationScores);
  });

  it('reports every epoch with the time passed and left, and warns of a small calibration split first', async () => {
    const events: TrainingEvent[] = [];
    await trainModel({ ...workedCase, rounds: 2, epochs: 3, onProgress: (event) => events.push(event) });
    const [warning, ...epochs] = events;
    expect(warning).toMatchObject({ kind: 'warning', unsupportedAccuracies: [0.9] });
    const positions = epochs.flatMap((event) =>
      event.kind === 'epoch' ? [[event.report.round, event.report.epoch]] : [],
    );
    expect(positions).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
    expect(epochs.at(-1)).toMatchObject({ secondsLeft: 0 });
    expect(epochs.every((event) => event.kind === 'epoch' && event.secondsElapsed > 0 && event.secondsLeft >= 0)).toBe(
      true,
    );
  });

  it('names the ends of a fine ladder, and how many rungs a small calibration split cannot support', async () => {
    const messages: string[] = [];
    const onProgress = (event: TrainingEvent) => void (event.kind === 'warning' && messages.push(event.message));
    await trainModel({ ...workedCase, epochs: 1, alphaResolution: 0.0001, onProgress });
    expect(messages).toEqual([
      expect.stringMatching(
        /too small for \d{4} target accuracies, from 0\.9999 down to 0\.\d+: its rarest class has fewer than \d+ rows/,
      ),
    ]);
  });

  it('makes a model that scores its calibration rows as cached', async () => {
    const trained = await trainModel(workedCase);
    const estimator = calibrate(trained);
    for (const [i, { features }] of trained.calibrationSet.entries()) {
      const estimate = await estimator.estimate(features, { nearestCount: 0 });
      expect(estimate.similarity).toBe(trained.calibrationScores.similarities[i]);
      expect(estimate.distanceQuantile).toBe(trained.calibrationScores.distanceQuantiles[i]);
      // The cache multiplies d by the logarithm first: the last bits may differ.
      expect(Math.abs(estimate.probabilities[0]! - trained.calibrationScores.probabilities.data[2 * i]!)).toBeLessThan(
        1e-6,
      );
    }
    estimator.dispose();
  });

  it('keeps the documents of support rows unless told not to', async () => {
    const trainingSet = workedCase.trainingSet.map((example) => ({ ...example, document: `text of ${example.id}` }));
    const kept = await trainModel({ ...workedCase, trainingSet, epochs: 1 });
    expect(kept.model.support.documents?.[3]).toBe('text of row-3');
    const dropped = await trainModel({ ...workedCase, trainingSet, epochs: 1, keepDocuments: false });
    expect(dropped.model.support.documents).toBeUndefined();
  });

  it('goes on from a trained model: same normalisation, fresh optimiser, an order drawn from the head of the stream', async () => {
    const trained = await trainModel({ ...workedCase, classNames: ['no', 'yes'], epochs: 2 });
    const continued = await trainModel({
      ...workedCase,
      epochs: 1,
      representationSize: 999,
      learningRate: 1e-12,
      continueFrom: { model: trained.model, modelId: 'before' },
    });
    expect(continued.model.normalization).toEqual(trained.model.normalization);
    expect(continued.model.classNames).toEqual(['no', 'yes']);
    expect(continued.metadata).toMatchObject({ continuedFromModelID: 'before', optimizerRestarted: true });
    const moved = continued.model.adaptor.projectionWeight.data.map(
      (w, i) => w - trained.model.adaptor.projectionWeight.data[i]!,
    );
    expect(Math.max(...moved.map(Math.abs))).toBeLessThan(1e-9);
    expect(
      await failure({ continueFrom: { model: trained.model, modelId: 'x' }, representation: { fingerprint: 'other' } }),
    ).toMatchObject({
      code: 'fingerprint-mismatch',
    });
  });
});

describe('stopping', () => {
  /** A kernel engine that calls back before each batch. */
  function watched(beforeBatch: (count: number) => void): TrainingEngine {
    const engine = kernelEngine();
    let count = 0;
    return {
      ...engine,
      start: async (inputs) => {
        const round = await engine.start(inputs);
        const trainBatch: EngineRound['trainBatch'] = (rows, signals) => {
          beforeBatch(++count);
          return round.trainBatch(rows, signals);
        };
        return { ...round, trainBatch };
      },
    };
  }

  it('cancels before the next batch, without a model', async () => {
    const controller = new AbortController();
    let batches = 0;
    const engine = watched((count) => {
      batches = count;
      if (count === 6) controller.abort();
    });
    await expect(trainModel({ ...workedCase, engine, signal: controller.signal })).rejects.toSatisfy((error) =>
      SdmError.is(error, 'aborted'),
    );
    expect(batches).toBe(6);
  });

  it('on request finishes the epoch, keeps the best so far, and skips the rest', async () => {
    const controller = new AbortController();
    const engine = watched((count) => count === 6 && controller.abort());
    const trained = await trainModel({ ...workedCase, rounds: 3, engine, stopSignal: controller.signal });
    expect(trained.history).toHaveLength(2);
    expect(trained).toMatchObject({ isStoppedEarly: true, bestEpoch: 2 });
    expect(trained.metadata).toMatchObject({
      stoppedEarly: true,
      trainingIterations: 1,
      requestedTrainingIterations: 3,
    });
  });

  it('within a warm-up matches the winner so far', async () => {
    const controller = new AbortController();
    const engine = watched((count) => count === 6 && controller.abort());
    const options = { ...workedCase, crossEntropyEpochs: 4, engine, stopSignal: controller.signal };
    const { history } = await trainModel(options);
    expect(history.map((report) => report.balancedCalibrationLoss !== null)).toEqual([false, true]);
  });

  it('is no early stop in the very last epoch, and a cancel in the first', async () => {
    const last = new AbortController();
    const lateEngine = watched((count) => count === 8 && last.abort());
    const trained = await trainModel({ ...workedCase, epochs: 2, engine: lateEngine, stopSignal: last.signal });
    expect(trained.isStoppedEarly).toBe(false);
    let scoringEnds: AbortController | undefined = new AbortController();
    const kernel = kernelEngine();
    const engine: TrainingEngine = {
      ...kernel,
      createIndex: (support) => {
        scoringEnds?.abort();
        return kernel.createIndex(support);
      },
    };
    const whileScored = trainModel({ ...workedCase, engine, stopSignal: scoringEnds.signal });
    await expect(whileScored).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
    scoringEnds = undefined;
    const early = trainModel({ ...workedCase, stopSignal: AbortSignal.abort() });
    await expect(early).rejects.toSatisfy((error) => SdmError.is(error, 'aborted'));
  });
});
