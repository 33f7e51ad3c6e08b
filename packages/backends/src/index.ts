export { BACKEND_NAMES, type BackendName, type TensorFlow } from './candidates.js';
export { type Backend, chooseBackend, type ChooseBackendOptions } from './choose-backend.js';
export type { ImportModule } from './import-module.js';
export {
  findNativeBuild,
  type NativeBuild,
  nativeBuildEntry,
  type NativeBuildModule,
  nativeCacheFolder,
} from './native-build.js';
