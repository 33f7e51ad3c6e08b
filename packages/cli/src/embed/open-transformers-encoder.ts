import { statSync } from 'node:fs';
import type { Encoder } from '@sdmjs/adapters';
import { localModel } from '@sdmjs/adapters/node';
import { createTransformersEncoder, type Pipeline } from '@sdmjs/adapters/transformers';
import type { EncoderOptions } from './encoder-options.js';
import { requirePackages } from './require-packages.js';

const PACKAGE = '@huggingface/transformers';

interface Transformers {
  readonly pipeline: Pipeline;
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
}

/**
 * Opens a model of the hub, or a folder where there is one of that name: then nothing is asked of the network, and the revision is a digest of
 * the folder's files, so that the fingerprint does not depend on where the folder lies.
 */
export async function openTransformersEncoder(
  options: Omit<EncoderOptions, 'template'> & { readonly template: string | undefined },
): Promise<Encoder> {
  const { model = '', revision, ...rest } = options;
  requirePackages(options.encoder, [PACKAGE]);
  // The cast keeps the compiler from looking for a package that need not be installed here.
  const { pipeline, env } = (await import(PACKAGE as string)) as Transformers;
  if (!statSync(model, { throwIfNoEntry: false })?.isDirectory()) {
    return createTransformersEncoder({ ...rest, pipeline, model, revision });
  }
  const local = await localModel(model);
  env.allowRemoteModels = false;
  env.localModelPath = local.localModelPath;
  return createTransformersEncoder({
    ...rest,
    pipeline,
    model: local.model,
    revision: revision ?? local.revision,
  });
}
