import type { ImportModule } from '@sdmjs/backends';

const importers: Record<string, () => Promise<unknown>> = {
  '@tensorflow/tfjs-core': () => import('@tensorflow/tfjs-core'),
  '@tensorflow/tfjs-layers': () => import('@tensorflow/tfjs-layers'),
  '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
  '@tensorflow/tfjs-backend-wasm': () => import('@tensorflow/tfjs-backend-wasm'),
  '@tensorflow/tfjs-backend-webgpu': () => import('@tensorflow/tfjs-backend-webgpu'),
  '@sdmjs/kernels/tensor': () => import('@sdmjs/kernels/tensor'),
  webgpu: () => import('webgpu'),
};

/** All by literal names, so that the bundle of a pack holds them; native TensorFlow by its file, which no bundle can hold. */
export const importModule: ImportModule = (name) => importers[name]?.() ?? import(name);
