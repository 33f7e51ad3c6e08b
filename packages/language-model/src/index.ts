export { type AdamWOptions, type AdamWState } from './adamw.js';
export { type Sampling } from './choose-token.js';
export { completeConfig, type DecoderConfig } from './config.js';
export { encodeContrastive, REFUTED, VERIFIED, type VerdictTokens } from './contrastive-masking.js';
export {
  createDecoder,
  type CreateDecoderOptions,
  type Decoder,
  forward,
  hiddenStates,
  restoreDecoder,
  tokenLogits,
} from './decoder.js';
export { type DecoderLayer, type DecoderWeights, namedWeights, type WeightArrays } from './decoder-weights.js';
export type { AnswerOptions } from './fine-tune/answer-rules.js';
export type { ContrastiveDocument } from './fine-tune/contrastive-document.js';
export type { SamplingRates } from './fine-tune/draw-completions.js';
export type { DocumentsLoss } from './fine-tune/evaluate-documents.js';
export type { FineTuneEvaluation } from './fine-tune/best-checkpoint.js';
export type { FineTuneOptions } from './fine-tune/fine-tune-options.js';
export { decodeFineTuneState, encodeFineTuneState, type FineTuneState } from './fine-tune/fine-tune-state.js';
export { type FineTuned, fineTuneVerified } from './fine-tune/fine-tune-verified.js';
export type { KeptAnswers } from './fine-tune/hard-negatives.js';
export { type FineTuneLoss, verdictLossBases } from './fine-tune/loss-bases.js';
export type { LayerSettings, SupportUpdates } from './fine-tune/verdict-layer.js';
export { type VerdictExamplesOptions, verdictExamples } from './fine-tune/verdict-examples.js';
export { tagSentence, type WordOrderingItem, wordOrderingItem } from './fine-tune/word-ordering.js';
export { type GeneratedTokens, type GenerateTokensOptions, type GenerationRow, generateTokens } from './generate.js';
export {
  type GenerateVerifiedOptions,
  generateVerified,
  type SearchResult,
  type VerifiedSearch,
} from './generate-verified.js';
export { answerFeature, type HiddenFeature, hiddenFeatures, verdictFeature } from './hidden-features.js';
export {
  createLanguageModel,
  type FeatureRequest,
  type GenerateRequest,
  type Generation,
  type LanguageModel,
  representationOf,
} from './language-model.js';
export { decodeLanguageModel, encodeLanguageModel, type LanguageModelFiles } from './model-files.js';
export { type LossLogarithm, type LossTargets, nextTokenLoss } from './next-token-loss.js';
export { decodeSafetensors, encodeSafetensors, type NamedArray } from '@sdmjs/interchange';
export type { UpdatePlace } from './create-optimizer.js';
export { type LearningRateSchedule, warmUpThenConstant, warmUpThenCosine, warmUpThenLinear } from './schedule.js';
export { scoreTokens } from './score-tokens.js';
export { delimitedSequence, delimiterFeature } from './sdm-network/delimiter-feature.js';
export type { NetworkEpochReport } from './sdm-network/network-choice.js';
export type { NetworkDocument } from './sdm-network/network-document.js';
export {
  type NetworkLogits,
  type NetworkLoss,
  type NetworkTargets,
  networkLoss,
} from './sdm-network/network-loss.js';
export type { NetworkLayerSettings } from './sdm-network/network-layer.js';
export { createSdmNetworkModel, type SdmNetworkParts } from './sdm-network/network-model.js';
export type { RegularizerRange } from './sdm-network/regularizer-schedule.js';
export {
  type FullSdmNetwork,
  type NetworkBody,
  type TrainFullSdmNetworkOptions,
  trainFullSdmNetwork,
} from './sdm-network/train-full-network.js';
export {
  type NetworkHead,
  type TrainedSdmNetwork,
  type TrainSdmNetworkOptions,
  trainSdmNetwork,
} from './sdm-network/train-sdm-network.js';
export { type StreamVerifiedOptions, streamVerified, type VerifiedStreamPart } from './stream-verified.js';
export {
  type BatchPlan,
  createTokenBatch,
  planBatches,
  type TokenBatch,
  type TrainingSequence,
} from './token-batch.js';
export { createTokenizer, requireTokenId, type Tokenizer, type TokenizerFile } from './tokenizer.js';
export {
  lossAndGradients,
  type TrainDecoderOptions,
  type TrainingProgress,
  type TrainingState,
  trainDecoder,
} from './train.js';
export { decodeTrainingState, encodeTrainingState } from './training-state.js';
export { type VerdictTokenNames, verdictTokensOf } from './verdict-tokens.js';
export { splitWords, trainWordTokenizer } from './word-tokenizer.js';
export {
  type Verdict,
  type VerdictEstimator,
  type Verification,
  type VerifiedGeneration,
  withVerdict,
  wrapLanguageModel,
} from './wrap-language-model.js';
