import { availableParallelism, freemem } from 'node:os';
import { bytesOfRound, productsOfRun, type RunSizes } from './plan-run.js';

/** What a machine has to give. */
export interface MachineRoom {
  readonly cores: number;
  /** Of memory, that are free. */
  readonly bytes: number;
}

/** A smaller run, of a second or so, ends before threads would have helped. */
const LEAST_PRODUCTS = 2e10;
/** Of the free memory that rounds at a time may fill. */
const MEMORY_SHARE = 0.5;

/** Cores that the kernels of a single round use by themselves, about as well as rounds at a time would (`pnpm bench rounds`). */
const CORES_OF_ROUND = 8;

/** As many rounds at a time as there are rounds, cores and room for; 1 where one round fills the cores, or a run is too short to gain. */
export function chooseParallelRounds(sizes: RunSizes, { cores, bytes }: MachineRoom): number {
  if (cores <= CORES_OF_ROUND || productsOfRun(sizes) < LEAST_PRODUCTS) return 1;
  const fitting = Math.floor((MEMORY_SHARE * bytes) / bytesOfRound(sizes));
  return Math.max(1, Math.min(sizes.rounds, cores, fitting));
}

/** This machine as it is now. */
export function machineRoom(): MachineRoom {
  return { cores: availableParallelism(), bytes: process.availableMemory?.() ?? freemem() };
}
