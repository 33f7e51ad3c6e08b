import type * as tfCore from '@tensorflow/tfjs-core';
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmHost } from './wasm-host.js';

/** A call of a kernel by TensorFlow.js. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attributes: NamedAttrMap;
  readonly host: WasmHost;
  readonly tf: typeof tfCore;
  /** Runs another kernel of the same backend, outside the tape. */
  readonly run: RunKernel;
}

export type RunKernel = (
  kernelName: string,
  inputs: Record<string, TensorInfo>,
  attributes?: NamedAttrMap,
) => TensorInfo;

/** A kernel of ours. One that replaces a stock kernel returns undefined for calls it leaves to that. */
export interface HostKernel {
  readonly kernelName: string;
  readonly compute: (call: KernelCall) => TensorInfo | undefined;
}

/** Input `name` of a call; a missing one is an error of the caller. */
export function input(call: KernelCall, name: string): TensorInfo {
  const tensor = call.inputs[name];
  if (tensor === undefined) throw new TypeError(`a kernel was called without its input ${name}`);
  return tensor;
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
