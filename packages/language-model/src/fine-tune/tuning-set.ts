import { createRandom, type Random } from '@sdmjs/core';
import { encodeContrastive, type VerdictTokens } from '../contrastive-masking.js';
import type { HiddenFeature } from '../hidden-features.js';
import type { TrainingSequence } from '../token-batch.js';
import type { AnswerRules } from './answer-rules.js';
import type { ContrastiveDocument, DrawnCompletion } from './contrastive-document.js';
import { drawCompletions, type SamplingRates } from './draw-completions.js';
import { createHardNegatives, type KeptAnswers } from './hard-negatives.js';
import { drawnFeatures } from './drawn-features.js';
import { type FineTuneLoss, lossBasesFor, needsVerdictLayer, verdictLossBases } from './loss-bases.js';
import { type LayerSettings, type SupportUpdates, trainVerdictLayer, type VerdictLayer } from './verdict-layer.js';

/** What training and evaluation share. */
export interface TuningContext {
  readonly answers: AnswerRules;
  readonly verdict: VerdictTokens;
  readonly feature: HiddenFeature;
  readonly loss: FineTuneLoss;
  readonly rates: SamplingRates;
  readonly encoding: {
    readonly verdictWeight?: number;
    readonly openingWeight?: number;
    readonly maskNegatives?: boolean;
  };
  readonly layer: LayerSettings;
}

/** Documents with their hard negatives and their SDM layer. */
export interface TuningSet {
  /** A new layer, where the loss needs one, whose negatives may be those kept so far; then forgets them. */
  renew(random: Random): Promise<void>;
  /** One training sequence a document. `isOnline` lets the model's own wrong answers in, and keeps them. */
  draw(
    documents: readonly ContrastiveDocument[],
    chance: { readonly random: Random; readonly isOnline: boolean },
  ): Promise<TrainingSequence[]>;
  /** A copy of the wrong answers kept now. */
  hardNegatives(): KeptAnswers;
  dispose(): void;
}

interface TuningSetOptions {
  /** Wrong answers to begin with, where a run is resumed. */
  readonly earlier?: KeptAnswers | undefined;
  /** @default 'epoch' */
  readonly supportUpdates?: SupportUpdates | undefined;
}

export function createTuningSet(
  context: TuningContext,
  documents: readonly ContrastiveDocument[],
  options: TuningSetOptions = {},
): TuningSet {
  const { answers, loss, rates, verdict, encoding, layer: settings } = context;
  const { signal } = answers;
  const negatives = createHardNegatives(answers, options.earlier);
  let layer: VerdictLayer | undefined;

  const estimate = async (drawn: readonly DrawnCompletion[]) =>
    layer!.estimate(drawn, await drawnFeatures(context, drawn), options.supportUpdates);
  const verdictBases = async (drawn: readonly DrawnCompletion[]) =>
    verdictLossBases(
      (await estimate(drawn)).map(({ probabilities }) => probabilities),
      drawn.map(({ label }) => label),
    );

  return {
    async renew(random) {
      if (needsVerdictLayer(loss)) {
        const drawn = await drawCompletions(documents, { ...rates, generationRate: 1, random }, negatives.recall);
        const features = await drawnFeatures(context, drawn);
        layer?.dispose();
        layer = await trainVerdictLayer({ drawn, features, settings, random, signal });
      }
      negatives.clear();
    },
    async draw(batch, { random, isOnline }) {
      const generationRate = isOnline ? rates.generationRate : 0;
      const chance = { ...rates, ...(generationRate === undefined ? {} : { generationRate }), random };
      const drawn = await drawCompletions(batch, chance, negatives.generate);
      const permuting = createRandom(random.nextUint32()); // drawn in every arm, so that all see the same documents
      const parts = { count: drawn.length, random: permuting, verdictBases: () => verdictBases(drawn) };
      const bases = await lossBasesFor(loss, parts);
      const signals = loss === 'verdict-token' ? await estimate(drawn) : undefined;
      return drawn.map(({ document: { prompt, textLength = 0 }, completion, label }, i) =>
        encodeContrastive({
          ...encoding,
          prompt,
          textLength,
          completion,
          label,
          verdict,
          ...(bases && { lossBase: bases[i]! }),
          ...(signals && { verdictSignals: signals[i]! }),
        }),
      );
    },
    hardNegatives: negatives.kept,
    dispose: () => layer?.dispose(),
  };
}
