/**
 * A function to await between steps of long work: lets timers, signals and input run. A turn costs a millisecond, so one is taken only
 * after `stride` milliseconds of work; resolves to whether it was.
 */
export function createPause(stride = 50): () => Promise<boolean> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < stride) return false;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
    return true;
  };
}
