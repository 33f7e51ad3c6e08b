/** Of pretraining and fine-tuning. */
export const ADAM_W = { beta1: 0.9, beta2: 0.98, weightDecay: 0.01, maxGradientNorm: 1 };
export const WARM_UP_STEPS = 40;
