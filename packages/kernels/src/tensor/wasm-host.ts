import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { instantiateKernels, type KernelExports, MULTIPLY_SCRATCH_BYTES } from '../simd/module.js';

/** Our module linked to the heap of a TensorFlow.js WASM backend, so that tensors are read and written where they lie. */
export interface WasmHost {
  readonly kernels: KernelExports;
  /** Room for packing (MULTIPLY_SCRATCH_BYTES). */
  readonly scratch: number;
  /** Byte address of a tensor's values. */
  address(tensor: TensorInfo): number;
  /** A new tensor of this shape; its values are left over. */
  output(shape: readonly number[], dtype?: DataType): TensorInfo;
  /** The same values under another shape, without a copy. */
  view(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  /** Frees a tensor that was made inside a kernel. */
  free(tensor: TensorInfo): void;
}

const hosts = new WeakMap<KernelBackend, WasmHost>();

/** The host of a backend; made once. Wants a backend whose memory `linkableMemory` finds. */
export function hostOf(backend: KernelBackend, module: WebAssembly.Module): WasmHost {
  const known = hosts.get(backend);
  if (known) return known;
  const wasm = backend as BackendWasm;
  const memory = linkableMemory(backend);
  if (memory === undefined) throw new TypeError('the heap of this WASM backend cannot be linked');
  const host: WasmHost = {
    kernels: instantiateKernels(module, memory),
    scratch: wasm.getMemoryOffset(wasm.makeOutput([MULTIPLY_SCRATCH_BYTES / 4], 'float32').dataId),
    address: (tensor) => wasm.getMemoryOffset(tensor.dataId),
    output: (shape, dtype = 'float32') => wasm.makeOutput([...shape], dtype),
    view(tensor, shape) {
      wasm.incRef(tensor.dataId);
      return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
    },
    free: (tensor) => wasm.disposeData(tensor.dataId),
  };
  hosts.set(backend, host);
  return host;
}

/** The memory of a WASM backend; undefined when it is shared between threads, or hidden. */
export function linkableMemory(backend: KernelBackend): WebAssembly.Memory | undefined {
  // Emscripten keeps the exports of its program in `asm`, which its types leave out.
  const program: object = (backend as BackendWasm).wasm;
  const memory = (program as { asm?: { memory?: unknown } }).asm?.memory;
  return memory instanceof WebAssembly.Memory && memory.buffer instanceof ArrayBuffer ? memory : undefined;
}
