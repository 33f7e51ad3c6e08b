export type { ActivationOptions } from '../signals.js';
export { logSdm, logSdmBase } from './log-sdm.js';
export type { TensorSignals } from './scales.js';
export { sdm } from './sdm.js';
export { SdmActivation, type SdmActivationConfig } from './sdm-activation.js';
export { sdmLoss, sdmRowLosses } from './sdm-loss.js';
