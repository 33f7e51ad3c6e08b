import type { Device } from './device.js';
import type { Check, SizeName, Timing } from './results.js';

/** What a section works with. */
export interface Bench {
  readonly tf: Device['tf'];
  readonly size: SizeName;
  readonly isWebGpu: boolean;
  /** Makes the device, or WebAssembly on the CPU, the current one for the time of `work`. Tensors do not travel between the two. */
  onDevice<Result>(work: () => Promise<Result>): Promise<Result>;
  onWasm<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly say: (line: string) => void;
}

/** What a section reports. */
export interface Findings {
  readonly checks: readonly Check[];
  readonly timings: readonly Timing[];
  readonly notes?: readonly string[];
}

export type Section = (bench: Bench, report: (findings: Partial<Findings>) => void) => Promise<void>;

export function createBench(device: Device, rest: Pick<Bench, 'size' | 'say'>): Bench {
  const { tf } = device;
  const registered = device.name === 'tensorflow-gpu' ? 'tensorflow' : device.name;
  const on = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    if (tf.getBackend() !== name) await tf.setBackend(name);
    return work();
  };
  const isWebGpu = device.name === 'webgpu';
  return { ...rest, tf, isWebGpu, onDevice: (work) => on(registered, work), onWasm: (work) => on('wasm', work) };
}

/** A check that the largest of some differences is within a bound. */
export function within(what: string, difference: number, bound: number): Check {
  return {
    what,
    wanted: `at most ${bound.toExponential(0)}`,
    found: difference === 0 ? '0' : difference.toExponential(1),
    passed: difference <= bound,
  };
}

/** Largest |a − b| / max(1, |b|); NaN anywhere gives NaN. */
export function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(actual[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return Number.NaN;
  }
  return largest;
}
