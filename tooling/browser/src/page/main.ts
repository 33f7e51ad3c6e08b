import { createPlainKernels, type Kernels, loadKernels } from '@sdmjs/kernels';
import { differences, digestsOf, kernelResults, type KernelResults } from './kernel-results.js';
import { modelResults } from './model-results.js';
import type { Failure, Report } from './report.js';

const THREADS = 3;
/** Processor time after which a thread has taken part for sure. */
const ENOUGH_MILLISECONDS = 30;
/** Passes over the kernels until all threads have, and until it is clear that there are none; they come up in the first. */
const PASSES = 20;
const PASSES_ALONE = 4;
const SECONDS_TO_END = 10;

const errors: string[] = [];
addEventListener('error', ({ message }) => errors.push(message));
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));

let made = 0;
globalThis.Worker = class extends Worker {
  constructor(address: string | URL) {
    super(address);
    made++;
  }
};

if (typeof document === 'undefined' || !location.search.includes('in-worker')) void main();
else new Worker('page.js').addEventListener('error', ({ message }) => void send({ failure: message }));

async function main(): Promise<void> {
  await send(await observe().catch((error: Error) => ({ failure: `${error.message}\n${error.stack}` })));
}

async function send(report: Report | Failure): Promise<void> {
  await fetch('report', { method: 'POST', body: JSON.stringify(report) });
}

async function observe(): Promise<Report> {
  const before = (await workerThreads()).length;
  const kernels = await loadKernels({ threads: THREADS });
  const { results, worked } = await passes(kernels, before);
  const { name, threads } = kernels;
  kernels.dispose();
  const wanted = await kernelResults(createPlainKernels());
  return {
    userAgent: navigator.userAgent,
    isIsolated: crossOriginIsolated,
    maySleep: maySleep(),
    kernels: { name, threads },
    different: differences(results, wanted),
    digests: await digestsOf(results),
    relaxed: await relaxedResults(wanted),
    model: await modelResults({ parallelRounds: 2 }),
    worked,
    made,
    left: (await threadsInTheEnd(before)) - before,
    errors,
  };
}

async function relaxedResults(wanted: KernelResults): Promise<Report['relaxed']> {
  const kernels = await loadKernels({ threads: THREADS, deterministic: false });
  const different = differences(await kernelResults(kernels), wanted);
  kernels.dispose();
  return { name: kernels.name, different };
}

/** Runs the kernels again and again until all their threads have worked, or will not. */
async function passes(kernels: Kernels, before: number): Promise<{ results: KernelResults; worked: number[] }> {
  for (let pass = 1; ; pass++) {
    const results = await kernelResults(kernels);
    // The threads that were there before are older.
    const worked = (await workerThreads()).slice(before);
    const wanted = kernels.threads - 1;
    const haveAll = worked.length === wanted && worked.every((time) => time > ENOUGH_MILLISECONDS);
    if (haveAll || pass === (worked.length === 0 ? PASSES_ALONE : PASSES)) return { results, worked };
  }
}

/** Processor milliseconds of all worker threads of this browser, the oldest first, as the operating system counts them. */
async function workerThreads(): Promise<number[]> {
  const response = await fetch('threads');
  return (await response.json()) as number[];
}

async function threadsInTheEnd(wanted: number): Promise<number> {
  const until = performance.now() + 1000 * SECONDS_TO_END;
  for (;;) {
    const { length } = await workerThreads();
    if (length <= wanted || performance.now() > until) return length;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function maySleep(): boolean {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    Atomics.wait(new Int32Array(memory.buffer), 0, 0, 1);
    return true;
  } catch {
    return false;
  }
}
