import type { GenerateRequest, LanguageModel } from './language-model.js';
import type { Tokenizer } from './tokenizer.js';
import type { VerifiedGeneration } from './wrap-language-model.js';

/** A piece of the answer, or at the end the whole of it with its verification. */
export type VerifiedStreamPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'verdict'; readonly generation: VerifiedGeneration };

export interface StreamVerifiedOptions extends Omit<GenerateRequest, 'prompts' | 'onProgress' | 'onToken'> {
  /** Wrapped with an estimator. */
  readonly languageModel: Pick<LanguageModel<VerifiedGeneration>, 'generate' | 'tokenizer'>;
  readonly prompt: string | ArrayLike<number>;
  /**
   * `hold`: text comes after generation, whole, and only if it is verified. `pass`: text comes as it is generated, and the verdict flags it
   * at the end; show it as unverified until then.
   * @default 'hold'
   */
  readonly beforeVerdict?: 'hold' | 'pass';
}

/**
 * A generation as a stream: text parts, then exactly one verdict part. Leaving the loop stops generation. Passed text is cut only where the
 * tokenizer's text of the tokens so far is final; `generation.text` is the truth.
 */
export async function* streamVerified(options: StreamVerifiedOptions): AsyncGenerator<VerifiedStreamPart, void> {
  const { languageModel, prompt, beforeVerdict = 'hold', signal, ...request } = options;
  const leaving = new AbortController();
  const passed = createPassedText(languageModel.tokenizer);
  const stop = () => leaving.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const running = languageModel.generate({
    ...request,
    prompts: [prompt],
    signal: leaving.signal,
    ...(beforeVerdict === 'pass' ? { onToken: ({ generated }) => passed.push(generated) } : {}),
  });
  running.then(passed.end, passed.end);
  try {
    for (let text = await passed.next(); text !== undefined; text = await passed.next()) yield { kind: 'text', text };
    const generation = (await running)[0]!;
    const isShown = beforeVerdict === 'pass' || generation.verification.verdict === 'verified';
    const rest = isShown ? passed.restOf(generation.text) : '';
    if (rest !== '') yield { kind: 'text', text: rest };
    yield { kind: 'verdict', generation };
  } finally {
    signal?.removeEventListener('abort', stop);
    leaving.abort();
    await running.catch(() => undefined);
  }
}

/** Text between the one who generates and the one who reads. */
function createPassedText(tokenizer: Tokenizer) {
  let made = '';
  let read = '';
  let hasEnded = false;
  let wake: () => void = () => undefined;
  return {
    push(generated: readonly number[]) {
      const text = tokenizer.decode(generated);
      if (!text.startsWith(made) || text.endsWith('\uFFFD')) return; // the last character may still change
      made = text;
      wake();
    },
    end() {
      hasEnded = true;
      wake();
    },
    /** What is new; undefined after the end. */
    async next(): Promise<string | undefined> {
      while (made === read && !hasEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (made === read) return undefined;
      const text = made.slice(read.length);
      read = made;
      return text;
    },
    restOf: (text: string) => (text.startsWith(read) ? text.slice(read.length) : ''),
  };
}
