export { registerGatherGradient } from './register-gather-gradient.js';
export { registerWasmKernels, type WasmKernelReport } from './register-wasm-kernels.js';
