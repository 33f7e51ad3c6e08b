// Vitest setup file, used by `pnpm test:webgpu` alone: registers the WebGPU backend, so that tests which run on every registered
// backend run on it too. A software driver will do.
import { startDevice } from './device.js';

await startDevice('webgpu');
