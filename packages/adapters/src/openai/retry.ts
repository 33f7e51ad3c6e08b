import { SdmError, throwIfAborted } from '@sdmjs/core';

export interface RetryOptions {
  /** Requests after the first that failed. @default 5 */
  readonly maxRetries?: number | undefined;
  /** Before the first retry, in milliseconds; doubled for each further one. @default 500 */
  readonly firstDelay?: number | undefined;
  /** No wait is longer, what the server asks for included: then the request fails. In milliseconds. @default 60000 */
  readonly longestDelay?: number | undefined;
}

/** What became of one request: an answer, or why there is none and whether to try again. */
export type Attempt<Answer> =
  | { readonly answer: Answer }
  | {
      readonly failure: string;
      readonly isTransient: boolean;
      /** Milliseconds that the server asks for. */
      readonly retryAfter?: number | undefined;
      /** How to mend it, said at the end. */
      readonly mend?: string;
      readonly cause?: unknown;
    };

/** Tries until there is an answer. Throws `request-failed` when it is no use or no longer allowed to go on, `aborted`. */
export async function withRetries<Answer>(
  where: string,
  attempt: () => Promise<Attempt<Answer>>,
  {
    maxRetries = 5,
    firstDelay = 500,
    longestDelay = 60_000,
    signal,
  }: RetryOptions & { signal?: AbortSignal | undefined },
): Promise<Answer> {
  for (let retry = 0; ; retry++) {
    throwIfAborted(signal, where);
    const result = await attempt();
    throwIfAborted(signal, where);
    if ('answer' in result) return result.answer;
    const { failure, isTransient, retryAfter, mend = '', cause } = result;
    const delay = retryAfter ?? Math.min(firstDelay * 2 ** retry, longestDelay);
    if (!isTransient || retry >= maxRetries || delay > longestDelay) {
      const after = retry === 0 ? '' : ` after ${retry + 1} requests`;
      const asked = delay > longestDelay ? `; the server asks to wait ${Math.ceil(delay / 1000)} s` : '';
      throw new SdmError('request-failed', `${where}: ${failure}${after}${asked}${mend}`, { cause });
    }
    await wait(delay, signal);
  }
}

/** Resolves after that many milliseconds, or as soon as the signal is aborted. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** Milliseconds that `Retry-After` asks for, as seconds or as a date (RFC 9110 §10.2.3); undefined where it says nothing. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return 1000 * Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
