// Vitest setup file, used by `pnpm test:native` alone: registers the native backend, so that tests which run on every registered
// backend run on it too. It is loaded when a test first switches to it.
import { findNativeBuild, nativeBuildEntry, type NativeBuildModule, nativeCacheFolder } from '@sdmjs/backends';
import * as tf from '@tensorflow/tfjs-core';

const build = await findNativeBuild('cpu');
if (!build) throw new Error(`no native TensorFlow in ${await nativeCacheFolder()}; pnpm native-tensorflow builds it`);
const { registerNativeTensorFlow } = (await import(await nativeBuildEntry(build))) as NativeBuildModule;
registerNativeTensorFlow(tf);
