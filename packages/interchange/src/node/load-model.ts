import { SdmError } from '@sdmjs/core';
import type { SdmEstimator } from '@sdmjs/estimator';
import { decodeModel, type LoadOptions } from '../sdmkitmodel/decode-model.js';
import { MANIFEST_FILE } from '../sdmkitmodel/manifest.js';
import { readPackage } from './package-folder.js';
import { readSteadily } from './read-steadily.js';

/**
 * Reads a `.sdmkitmodel` folder and checks everything in it. Throws `not-found`, and what `decodeModel` throws with the folder before it.
 * Where a save was killed between its two renames, the old package is read from where it was set aside.
 */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<SdmEstimator> {
  const files = await readSteadily(folder, readPackage);
  if (!files[MANIFEST_FILE]) {
    throw new SdmError(
      'bad-format',
      `loadModel: ${folder} is no model: there is no ${MANIFEST_FILE}; name the .sdmkitmodel folder`,
    );
  }
  return decodeModel(files, options).catch((error: unknown) => {
    if (!SdmError.is(error)) throw error;
    throw new SdmError(error.code, `loadModel: ${folder}: ${error.message.replace(/^loadModel: /, '')}`, {
      cause: error,
    });
  });
}
