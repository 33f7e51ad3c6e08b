export { balancedLoss } from './balanced-loss.js';
export { logSdm, logSdmBase } from './log-sdm.js';
export { sdm } from './sdm.js';
export { sdmLoss } from './sdm-loss.js';
export { sdmLossGradient } from './sdm-loss-gradient.js';
export { type ActivationOptions, DEFAULT_SIMILARITY_OFFSET, type Signals, softmaxSignals } from './signals.js';
