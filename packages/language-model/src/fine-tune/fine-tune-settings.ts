import { fingerprintOf, SdmError } from '@sdmjs/core';
import type { ContrastiveDocument } from './contrastive-document.js';
import type { FineTuneOptions, FineTunePlan } from './fine-tune-options.js';
import type { FineTuneState } from './fine-tune-state.js';
import type { TuningContext } from './tuning-set.js';

/**
 * All that decides what a run does, by option: small settings as JSON, documents and the learning rate of every step as SHA-256. Of functions only
 * whether they were given can be told.
 */
export async function settingsOf(
  options: FineTuneOptions,
  { answers, loss, rates, encoding, verdict, feature, layer }: TuningContext,
  { stepCount, batchSize, seed, evaluationInterval, learningRate }: FineTunePlan,
): Promise<FineTuneState['settings']> {
  const {
    decoder,
    trainingSet,
    calibrationSet,
    hardNegatives = true,
    logarithm = 'stable',
    supportUpdates = 'epoch',
    adamW = {},
    updateOn = 'cpu',
    isCorrect,
    allowedTokens,
  } = options;
  const learningRates = Float64Array.from({ length: stepCount }, (_, step) => learningRate(step));
  const small = {
    ...rates,
    ...encoding,
    loss,
    logarithm,
    supportUpdates,
    hardNegatives,
    verdict,
    layer: { ...layer, engine: layer.engine?.name },
    adamW,
    updateOn,
    seed,
    batchSize,
    stepCount,
  };
  return {
    ...Object.fromEntries(Object.entries(small).map(([name, value]) => [name, canonicalJson(value)])),
    decoder: canonicalJson(decoder.config),
    feature: feature.name,
    maxNewTokens: String(answers.maxNewTokens),
    evaluationInterval: String(evaluationInterval),
    isCorrect: isCorrect ? 'given' : 'by default',
    allowedTokens: allowedTokens ? 'given' : 'none',
    learningRate: await fingerprintOf([new Uint8Array(learningRates.buffer)]),
    trainingSet: await fingerprintOf(trainingSet.map(documentText)),
    calibrationSet: await fingerprintOf(calibrationSet.map(documentText)),
  };
}

/** Throws `fingerprint-mismatch` naming what differs, and `out-of-range` for a state from the middle of an epoch. */
export function requireSameRun(
  { settings: earlier, training }: FineTuneState,
  settings: FineTuneState['settings'],
  { stepsPerEpoch, stepCount }: FineTunePlan,
): void {
  const names = new Set([...Object.keys(settings), ...Object.keys(earlier)]);
  const differing = [...names].filter((name) => settings[name] !== earlier[name]);
  if (differing.length > 0) {
    const shown = differing.map(
      (name) => `${name} (${earlier[name] ?? 'not given'}, here ${settings[name] ?? 'not given'})`,
    );
    throw new SdmError(
      'fingerprint-mismatch',
      `fineTuneVerified: the state to resume belongs to a run with another ${shown.join(', ')}; resume with what that run was given, or start anew without resume`,
    );
  }
  const { step } = training.optimizer;
  if (step > 0 && step <= stepCount && step % stepsPerEpoch === 0) return;
  throw new SdmError(
    'out-of-range',
    `fineTuneVerified: the state to resume stands after step ${step}, wanted a multiple of ${stepsPerEpoch} up to ${stepCount}; take a state of onCheckpoint`,
  );
}

function documentText({ id, prompt, positive, negative, textLength = 0 }: ContrastiveDocument): string {
  return JSON.stringify([id, prompt, positive, negative, textLength]);
}

/** JSON with the fields of an object in the order of their names. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value) ?? 'undefined';
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}
