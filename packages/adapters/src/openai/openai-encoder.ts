import { type Matrix, requireColumns, SdmError } from '@sdmjs/core';
import { encodeInBatches } from '../encode-in-batches.js';
import type { Encoder } from '../encoder.js';
import { fillTemplate, representationOf } from '../representation.js';
import { errorMessageOf, parseEmbeddings } from './parse-embeddings.js';
import { type Attempt, retryAfterOf, type RetryOptions, wait, withRetries } from './retry.js';

export interface OpenAiEncoderOptions extends RetryOptions {
  /** Up to and without `/embeddings`, such as `https://api.openai.com/v1`. Not part of the fingerprint. */
  readonly baseUrl: string;
  /** Sent as a bearer token; never in a message or a fingerprint. */
  readonly apiKey?: string | undefined;
  readonly model: string;
  /** What you know about the version behind the name; part of the fingerprint. */
  readonly revision?: string | undefined;
  /** Numbers to ask for, and to insist on. @default what the model gives */
  readonly dimensions?: number | undefined;
  /** With `{text}` where the text goes, such as `query: {text}`. */
  readonly template?: string | undefined;
  /** @default 128 */
  readonly batchSize?: number | undefined;
  /** Requests are spaced so that there are no more. @default no limit */
  readonly requestsPerMinute?: number | undefined;
  /** Milliseconds after which a request is given up and tried again. @default 60000 */
  readonly timeout?: number | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const WHERE = 'openai encoder';
/** Worth another try: timeouts, conflicts, rate limits and what is the server's own fault. */
const TRANSIENT = [408, 409, 425, 429];

/**
 * An encoder over an OpenAI-compatible `POST /embeddings`, with retries, waits that the server asks for and a limit of requests. Throws
 * `request-failed`, `bad-format` for an answer that is none, `shape-mismatch` for rows of a wrong width.
 */
export async function createOpenAiEncoder(options: OpenAiEncoderOptions): Promise<Encoder> {
  const { model, revision = null, dimensions, template = null, batchSize = 128 } = options;
  const fill = fillTemplate(template);
  const takeTurn = createTurns(options.requestsPerMinute);
  const url = `${options.baseUrl.replace(/\/+$/, '')}/embeddings`;
  if (!URL.canParse(url))
    throw new SdmError(
      'bad-format',
      `${WHERE}: wanted a URL as baseUrl, such as https://api.openai.com/v1, got "${options.baseUrl}"`,
    );

  async function encodeBatch(texts: readonly string[], signal: AbortSignal | undefined): Promise<Matrix> {
    const attempt = async () => {
      await takeTurn(signal);
      return requestOnce(url, texts.map(fill), { ...options, signal });
    };
    const body = await withRetries(WHERE, attempt, { ...options, signal });
    const rows = parseEmbeddings(body, texts.length, WHERE);
    if (dimensions !== undefined) requireColumns(rows, dimensions, `${WHERE}: dimensions`);
    return rows;
  }

  return {
    batchSize,
    representation: await representationOf({
      provider: '@sdmjs/adapters/openai',
      model,
      revision,
      dtype: null,
      pooling: dimensions === undefined ? null : `${dimensions} dimensions`,
      template,
    }),
    encode: (texts, request) => encodeInBatches({ where: WHERE, batchSize, encodeBatch }, texts, request),
    dispose() {},
  };
}

async function requestOnce(
  url: string,
  input: readonly string[],
  options: OpenAiEncoderOptions & { readonly signal: AbortSignal | undefined },
): Promise<Attempt<unknown>> {
  const { apiKey, model, dimensions, headers, timeout = 60_000, signal } = options;
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...headers,
      },
      body: JSON.stringify({
        model,
        input,
        encoding_format: 'float',
        ...(dimensions === undefined ? {} : { dimensions }),
      }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const text = await response.text();
    if (response.ok) return answerOf(text);
    return {
      failure: `${url} answers ${response.status}: ${errorMessageOf(parsed(text) ?? text, apiKey)}`,
      isTransient: TRANSIENT.includes(response.status) || response.status >= 500,
      retryAfter: retryAfterOf(response.headers, Date.now()),
    };
  } catch (cause) {
    if (limit.aborted) {
      return { failure: `no answer from ${url} in ${timeout} ms`, isTransient: true, mend: '; raise timeout', cause };
    }
    const mend = '; check baseUrl, and whether the server runs';
    return { failure: `${url} cannot be reached`, isTransient: true, mend, cause };
  }
}

/** An answer cut short is tried again. */
function answerOf(text: string): Attempt<unknown> {
  const answer = parsed(text);
  return answer === undefined ? { failure: 'the answer is no JSON', isTransient: true } : { answer };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A function that resolves when the next request may go out: one after the other, a minute's share apart. */
function createTurns(requestsPerMinute = Number.POSITIVE_INFINITY): (signal: AbortSignal | undefined) => Promise<void> {
  if (!(requestsPerMinute > 0)) {
    throw new SdmError('out-of-range', `${WHERE}: wanted requestsPerMinute > 0, got ${requestsPerMinute}`);
  }
  const apart = 60_000 / requestsPerMinute;
  let next = 0;
  return async (signal) => {
    const now = performance.now();
    const turn = Math.max(now, next);
    next = turn + apart;
    if (turn > now) await wait(turn - now, signal);
  };
}
