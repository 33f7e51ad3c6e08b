/** The learning rate of each step, the first being 0. */
export type LearningRateSchedule = (step: number) => number;

/** Rises linearly to `peak` over `warmUpSteps`, then stays. */
export function warmUpThenConstant(options: {
  readonly peak: number;
  readonly warmUpSteps: number;
}): LearningRateSchedule {
  return (step) => options.peak * Math.min(1, (step + 1) / Math.max(1, options.warmUpSteps));
}

/** Rises linearly to `peak` over `warmUpSteps`, then falls along half a cosine to `peak · finalShare` at `stepCount`. */
export function warmUpThenCosine(options: {
  readonly peak: number;
  readonly warmUpSteps: number;
  readonly stepCount: number;
  /** @default 0 */
  readonly finalShare?: number;
}): LearningRateSchedule {
  const { peak, warmUpSteps, stepCount, finalShare = 0 } = options;
  const rise = warmUpThenConstant({ peak, warmUpSteps });
  return (step) => {
    if (step < warmUpSteps) return rise(step);
    const done = Math.min(1, (step - warmUpSteps) / Math.max(1, stepCount - warmUpSteps));
    return peak * (finalShare + ((1 - finalShare) * (1 + Math.cos(Math.PI * done))) / 2);
  };
}

/** Rises linearly to `peak` over `warmUpSteps`, then falls linearly to 0 at `stepCount`. */
export function warmUpThenLinear(options: {
  readonly peak: number;
  readonly warmUpSteps: number;
  readonly stepCount: number;
}): LearningRateSchedule {
  const { peak, warmUpSteps, stepCount } = options;
  const rise = warmUpThenConstant({ peak, warmUpSteps });
  return (step) => {
    if (step < warmUpSteps) return rise(step);
    return peak * Math.max(0, (stepCount - step) / Math.max(1, stepCount - warmUpSteps));
  };
}
