/** Imports a package by name and fails when it is absent. Tests pass their own. */
export type ImportModule = (name: string) => Promise<unknown>;

const importers: Record<string, () => Promise<unknown>> = {
  '@tensorflow/tfjs-core': () => import('@tensorflow/tfjs-core'),
  '@tensorflow/tfjs-layers': () => import('@tensorflow/tfjs-layers'),
  '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
  '@tensorflow/tfjs-backend-wasm': () => import('@tensorflow/tfjs-backend-wasm'),
  // The cast keeps the compiler from looking for a package that need not be installed here.
  '@tensorflow/tfjs-backend-webgpu': () => import('@tensorflow/tfjs-backend-webgpu' as string),
  '@sdmjs/kernels/tensor': () => import('@sdmjs/kernels/tensor'),
};

/**
 * Packages that a browser can use are imported by literal names, so that bundlers find them; the others (native addons) only by a
 * variable, so that bundlers leave them alone.
 */
export const importModule: ImportModule = (name) => importers[name]?.() ?? import(/* @vite-ignore */ name);
