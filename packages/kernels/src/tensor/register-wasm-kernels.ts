import { SdmError } from '@sdmjs/core';
import type { KernelBackend, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type * as tfCore from '@tensorflow/tfjs-core';
import { compileKernels } from '../simd/module.js';
import type { HostKernel, RunKernel } from './kernel.js';
import { batchMatMul, fusedMatMul } from './mat-mul.js';
import { registerGatherGradient } from './register-gather-gradient.js';
import { filterGradient } from './filter-gradient.js';
import { gather } from './gather.js';
import { mean, sum } from './sum.js';
import { transpose } from './transpose.js';
import { cast, identity } from './views.js';
import { hostOf, linkableMemory } from './wasm-host.js';

/** What `registerWasmKernels` did; on later calls the same report. */
export interface WasmKernelReport {
  /** Kernels the WASM backend lacked. */
  readonly added: readonly string[];
  /** Kernels that were there and now run ours, in place in the heap of the backend. */
  readonly replaced: readonly string[];
  /** Why kernels were not replaced, if so. */
  readonly reason?: string | undefined;
}

const additions: readonly HostKernel[] = [filterGradient];

const replacements: readonly HostKernel[] = [batchMatMul, fusedMatMul, sum, mean, gather, transpose, identity, cast];

const reports = new WeakMap<object, Promise<WasmKernelReport>>();

/**
 * Adds what the TensorFlow.js WASM backend lacks for training and replaces what it runs slowly or wrongly. Call it when the backend has
 * started; throws `missing-dependency` before. Idempotent. A multithreaded or non-SIMD backend keeps its own kernels.
 */
export async function registerWasmKernels(tf: typeof tfCore): Promise<WasmKernelReport> {
  const known = reports.get(tf.engine());
  if (known) return known;
  const backend: KernelBackend | null = tf.findBackend('wasm');
  if (!backend) {
    const remedy = "import '@tensorflow/tfjs-backend-wasm' and await tf.setBackend('wasm') first";
    throw new SdmError('missing-dependency', `registerWasmKernels: the wasm backend has not started; ${remedy}`);
  }
  const report = linkKernels(tf, backend);
  reports.set(tf.engine(), report);
  return report;
}

async function linkKernels(tf: typeof tfCore, backend: KernelBackend): Promise<WasmKernelReport> {
  const added = registerGatherGradient(tf) ? ['UnsortedSegmentSum'] : [];
  const module = await compileKernels();
  if (!module) return { added, replaced: [], reason: 'WebAssembly SIMD is missing here' };
  if (!linkableMemory(backend)) return { added, replaced: [], reason: 'the heap of the backend cannot be linked' };
  const missing = additions.filter(({ kernelName }) => !tf.getKernel(kernelName, 'wasm'));
  for (const kernel of missing) addKernel(tf, kernel, module);
  for (const kernel of replacements) replaceKernel(tf, kernel, module);
  const namesOf = (kernels: readonly HostKernel[]) => kernels.map(({ kernelName }) => kernelName);
  return { added: [...added, ...namesOf(missing)], replaced: namesOf(replacements) };
}

function addKernel(tf: typeof tfCore, kernel: HostKernel, module: WebAssembly.Module): void {
  const { kernelName } = kernel;
  const compute = bindKernel(tf, kernel, module);
  const kernelFunc: KernelFunc = (call) => {
    const result = compute(call);
    if (result === undefined) throw new TypeError(`${kernelName}: the WASM backend cannot do this`);
    return result;
  };
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

function replaceKernel(tf: typeof tfCore, kernel: HostKernel, module: WebAssembly.Module): void {
  const { kernelName } = kernel;
  const stock = tf.getKernel(kernelName, 'wasm');
  const compute = bindKernel(tf, kernel, module);
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc: (call) => compute(call) ?? stock.kernelFunc(call) });
}

/** A kernel as TensorFlow.js calls it. */
function bindKernel(tf: typeof tfCore, { compute }: HostKernel, module: WebAssembly.Module) {
  return (call: Parameters<KernelFunc>[0]): TensorInfo | undefined => {
    const backend = call.backend as KernelBackend;
    const run: RunKernel = (name, inputs, attrs) => runKernel(tf, name, { inputs, backend, attrs });
    const { inputs, attrs: attributes = {} } = call;
    return compute({ inputs, attributes, host: hostOf(backend, module), tf, run });
  };
}

function runKernel(
  tf: typeof tfCore,
  kernelName: string,
  call: { inputs: Record<string, TensorInfo>; backend: KernelBackend; attrs: NamedAttrMap | undefined },
): TensorInfo {
  const { inputs, backend, attrs = {} } = call;
  const result = tf.getKernel(kernelName, 'wasm').kernelFunc({ inputs, backend, attrs });
  if (Array.isArray(result)) throw new TypeError(`${kernelName} gave several tensors where one was wanted`);
  return result;
}
