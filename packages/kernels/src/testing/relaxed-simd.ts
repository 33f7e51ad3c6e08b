import { setFlagsFromString } from 'node:v8';
import { compileKernels } from '../simd/module.js';

/** Whether the engine has relaxed SIMD, if need be behind the flag that V8 has for it in Node 20, which is set for the whole process. */
export async function allowRelaxedSimd(): Promise<boolean> {
  if (await compileKernels({ relaxed: true })) return true;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return (await compileKernels({ relaxed: true })) !== undefined;
}
