import { saveLanguageModel } from '@sdmjs/language-model/node';
import type { RunContext } from '../run-context.js';
import { fineTune } from './fine-tune.js';
import { pretrainedDecoder } from './pretrain.js';

/** Where the trained language model lies in the run folder. */
export const LANGUAGE_MODEL_FOLDER = 'language-model';

/** Pretrains the decoder and fine-tunes it as the arm says, going on from the last checkpoints, and saves the model; nothing to do when it is saved. */
export async function trainLanguageModel(context: RunContext): Promise<void> {
  const { folder, corpus, arm } = context;
  if (folder.has(LANGUAGE_MODEL_FOLDER)) return;
  const decoder = await pretrainedDecoder(context);
  try {
    if (arm.fineTuning) await fineTune(context, decoder, arm.fineTuning);
    const path = folder.pathOf(LANGUAGE_MODEL_FOLDER);
    await saveLanguageModel({ decoder, tokenizer: corpus.tokenizer }, path, { overwrite: true });
  } finally {
    decoder.dispose();
  }
}
