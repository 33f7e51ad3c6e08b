import { SdmError } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import { saveModel } from '@sdmjs/interchange/node';
import {
  createLanguageModel,
  createSdmNetworkModel,
  delimiterFeature,
  encodeSafetensors,
  type HiddenFeature,
  type LanguageModel,
  representationOf,
} from '@sdmjs/language-model';
import { loadLanguageModel, saveLanguageModel } from '@sdmjs/language-model/node';
import { featureOfAnswer } from '../answer-prompts.js';
import { REPORTED_SETS } from '../corpus/build-corpus.js';
import { FEATURE_RULES, type FeatureRule, regionOf } from '../evidence/fit-layers.js';
import { measureVerdicts } from '../evidence/measure-verdicts.js';
import { bySet, bySetInTurn } from '../report/measure-rules.js';
import type { ReportOptions } from '../run-arm.js';
import { type RunContext, readTimings, timed } from '../run-context.js';
import { ESTIMATOR_FOLDER } from '../stages/train-estimator.js';
import { LANGUAGE_MODEL_FOLDER } from '../stages/train-language-model.js';
import { type ReportedSet } from '../stages/verify-set.js';
import { taskTokens } from '../task-tokens.js';
import { fitNetwork, forcedFeatures, isWanted, type NetworkBase, networkRequest } from './fit-network.js';
import { type ForcedDocument, forcedDocuments } from './network-documents.js';
import { EVIDENCE_FILE } from '../evidence/arm-evidence.js';
import { networkTable } from './network-table.js';
import type { NetworkEvidence, NetworkFit } from './network-evidence.js';

/** The trained head of a network, beside the language model that it belongs to. */
export const HEAD_FILE = 'head.safetensors';
const BASE_ARM = 'cross-entropy';

/** Trains SDM networks on top of the arm `cross-entropy` and measures them before and after; prints and saves what came out. */
export async function runNetwork(context: RunContext, options: ReportOptions): Promise<NetworkEvidence> {
  const { folder, preset, seed, arm, terminal } = context;
  const base = context.siblingFolder(BASE_ARM);
  if (!base.has(LANGUAGE_MODEL_FOLDER)) {
    throw new SdmError(
      'not-calibrated',
      `runNetwork: an SDM network starts from the arm ${BASE_ARM}; run --arm ${BASE_ARM} first`,
    );
  }
  const fits: NetworkFit[] = [];
  for (let fit = 0; fit < options.fitCount; fit++) {
    for (const features of FEATURE_RULES) {
      const fileName = `network-${features}-${fit}-${options.targetAccuracy}.json`;
      if (!folder.has(fileName)) {
        terminal.say(`Network on features of the ${features}, fit ${fit}`);
        const path = base.pathOf(LANGUAGE_MODEL_FOLDER);
        await timed(context, 'networks', async () => {
          folder.writeJson(fileName, await fitAndMeasure(context, { ...options, path, features, fit }));
        });
      }
      fits.push(folder.readJson(fileName) as NetworkFit);
    }
  }
  const evidence: NetworkEvidence = {
    preset: preset.name,
    seed,
    arm: arm.name,
    ...readTimings(folder),
    networks: fits,
  };
  folder.writeJson(EVIDENCE_FILE, evidence);
  terminal.say(`\nBefore and after training the head; region at α = ${options.targetAccuracy}`);
  terminal.say(networkTable(fits));
  return evidence;
}

interface FitOptions extends ReportOptions {
  /** Of the language model that the network starts from. */
  readonly path: string;
  readonly features: FeatureRule;
  readonly fit: number;
}

async function fitAndMeasure(context: RunContext, options: FitOptions): Promise<NetworkFit> {
  const { corpus, preset, seed } = context;
  const { path, features, fit, targetAccuracy } = options;
  const { decoder, tokenizer } = await loadLanguageModel(path);
  const documentsOf = (name: 'support' | 'calibration' | ReportedSet, stream: number) =>
    forcedDocuments(corpus.sets[name], { tokenizer, seed: 100 * seed + stream });
  const reference = await createLanguageModel({ decoder, tokenizer });
  const feature = featureBy(features, { tokens: taskTokens(tokenizer), answerLength: preset.corpus.answerLength });
  const base: NetworkBase = {
    decoder,
    tokenizer,
    feature,
    representation: await representationOf(reference, feature),
    support: documentsOf('support', 0),
    calibration: documentsOf('calibration', 1),
  };
  const { estimator, trained } = await fitNetwork(context, base, seed + FIT_SEED_STRIDE * fit);
  const network = await createSdmNetworkModel({ decoder, tokenizer, head: trained.head });
  try {
    if (features === 'answer' && fit === 0) await saveNetwork(context, { base, estimator, head: trained.head });
    const sets = bySet((name) => documentsOf(name, 2 + REPORTED_SETS.indexOf(name)));
    const measure = { context, base, estimator, targetAccuracy };
    return {
      features,
      fit,
      targetAccuracy,
      ...regionOf(estimator, targetAccuracy),
      bestEpoch: trained.bestEpoch,
      history: trained.history,
      forced: await bySetInTurn((name) => measureForced(measure, sets[name])),
      before: await bySetInTurn((name) => measureAnswers(measure, reference, sets[name])),
      after: await bySetInTurn((name) => measureAnswers(measure, network, sets[name])),
    };
  } finally {
    network.dispose();
    estimator.dispose();
  }
}

/** Between the seeds of the fits of a run. */
const FIT_SEED_STRIDE = 10_007;

function featureBy(
  rule: FeatureRule,
  { tokens, answerLength }: { readonly tokens: ReturnType<typeof taskTokens>; readonly answerLength: number },
): HiddenFeature {
  return rule === 'answer' ? featureOfAnswer(tokens, answerLength) : delimiterFeature(tokens.verified);
}

interface Measuring {
  readonly context: RunContext;
  readonly base: NetworkBase;
  readonly estimator: SdmEstimator;
  readonly targetAccuracy: number;
}

async function measureForced(
  { base, estimator, targetAccuracy, context }: Measuring,
  documents: readonly ForcedDocument[],
) {
  const { signal } = context;
  const estimates = await estimator.estimateAll(await forcedFeatures(base, documents), { signal });
  const labels = Int32Array.from(documents, ({ label }) => label);
  return measureVerdicts(estimates, labels, targetAccuracy);
}

async function measureAnswers(
  { context, base, estimator, targetAccuracy }: Measuring,
  model: LanguageModel,
  documents: readonly ForcedDocument[],
) {
  const { signal, preset } = context;
  const tokens = taskTokens(base.tokenizer);
  const { maxNewTokens, allowedTokens } = networkRequest(tokens, preset.corpus.answerLength);
  const generations = await model.generate({
    prompts: documents.map(({ prompt }) => prompt),
    maxNewTokens,
    stopTokens: [tokens.verified],
    allowedTokens: (row) => allowedTokens(row, row.generated),
    signal,
  });
  const sequences = generations.map(({ prompt, tokens: written }) => [...prompt, ...written]);
  const features = await model.features({ sequences, feature: base.feature, signal });
  const labels = Int32Array.from(generations, ({ tokens: written }, i) => Number(isWanted(documents[i]!, written)));
  return measureVerdicts(await estimator.estimateAll(features, { signal }), labels, targetAccuracy);
}

/** Language model, head and estimator, for a chat. */
async function saveNetwork(
  { folder }: RunContext,
  {
    base,
    estimator,
    head,
  }: {
    readonly base: NetworkBase;
    readonly estimator: SdmEstimator;
    readonly head: { readonly data: Float32Array; readonly rows: number; readonly columns: number };
  },
): Promise<void> {
  await saveLanguageModel(base, folder.pathOf(LANGUAGE_MODEL_FOLDER), { overwrite: true });
  const tensors = new Map([['head', { shape: [head.rows, head.columns], values: head.data }]]);
  folder.writeBytes(HEAD_FILE, encodeSafetensors(tensors));
  await saveModel(estimator, folder.pathOf(ESTIMATOR_FOLDER), { overwrite: true });
}
