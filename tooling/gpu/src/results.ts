import type { AdapterFacts } from './adapter.js';
import type { Spread } from './timed.js';

/** One thing that must hold. */
export interface Check {
  readonly what: string;
  /** What was wanted and what came, in words. */
  readonly wanted: string;
  readonly found: string;
  readonly passed: boolean;
}

/** One thing that was timed, on the device and on others beside it. */
export interface Timing {
  readonly what: string;
  /** Absent where the device is not concerned. */
  readonly device: Spread;
  readonly others: readonly { readonly name: string; readonly spread: Spread }[];
  /** How much of `unit` one run does: tokens, GFLOP, MB. */
  readonly work?: { readonly amount: number; readonly unit: string } | undefined;
}

/** What one part of the run gave. */
export interface SectionResult {
  readonly name: string;
  readonly title: string;
  readonly checks: readonly Check[];
  readonly timings: readonly Timing[];
  /** Sentences for the page. */
  readonly notes: readonly string[];
  /** ISO 8601; parts that were run alone keep the others of an earlier run. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Why the part ended early, if it did, and what the driver complained about. */
  readonly errors: readonly string[];
}

/** One run on one device: what `docs/results/raw/gpu-<device>.json` holds. */
export interface GpuResults {
  readonly device: {
    readonly backend: string;
    readonly description: string;
    readonly adapter?: AdapterFacts | undefined;
    /** As nvidia-smi says, where there is one. */
    readonly card?: string | undefined;
    /** Times on such a device mean nothing. */
    readonly isSoftware: boolean;
  };
  readonly machine: { readonly processor: string; readonly cores: number; readonly platform: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly size: SizeName;
  readonly sections: readonly SectionResult[];
}

/** `smoke` ends within minutes on a software driver; `full` wants a GPU. */
export const SIZE_NAMES = ['smoke', 'full'] as const;
export type SizeName = (typeof SIZE_NAMES)[number];
