import type { SdmEstimator } from '@sdmjs/estimator';
import { decodeModel, type LoadOptions } from '../sdmkitmodel/decode-model.js';
import { readPackage } from './package-folder.js';
import { readSteadily } from './read-steadily.js';

/**
 * Reads a `.sdmkitmodel` folder and checks everything in it. Throws `not-found`, and what `decodeModel` throws.
 * Where a save was killed between its two renames, the old package is read from where it was set aside.
 */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<SdmEstimator> {
  return decodeModel(await readSteadily(folder, readPackage), options);
}
