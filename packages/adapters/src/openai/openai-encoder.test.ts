import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SdmError } from '@sdmjs/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testEncoder } from '../testing/index.js';
import { countLetters } from '../testing/letter-encoder.js';
import { createOpenAiEncoder, type OpenAiEncoderOptions } from './index.js';
import { retryAfterOf } from './retry.js';

interface Asked {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly input: string[]; readonly [field: string]: unknown };
  readonly at: number;
}
interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

let server: Server;
let baseUrl = '';
let asked: Asked[] = [];
/** What the server answers next; a function that never answers is `undefined`. */
let replies: ((request: Asked) => Reply | undefined)[] = [];

const embeddings = ({ body }: Asked): Reply => ({
  body: { data: body.input.map((text, index) => ({ index, embedding: countLetters(text) })) },
});
const failure =
  (status: number, headers = {}) =>
  (): Reply => ({ status, headers, body: { error: { message: 'not now' } } });
const answer = (data: unknown) => (): Reply => ({ body: { data } });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
    const one = { url: request.url, headers: request.headers, body, at: performance.now() };
    asked.push(one);
    const reply = (replies.shift() ?? embeddings)(one);
    if (!reply) return;
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  replies = [];
});

const create = (options: Partial<OpenAiEncoderOptions> = {}) =>
  createOpenAiEncoder({ baseUrl, model: 'letters', firstDelay: 5, batchSize: 2, ...options });
const refusal = (attempt: Promise<unknown>) =>
  attempt.then(
    () => ({ code: 'no error', message: '' }),
    (error: unknown) =>
      SdmError.is(error) ? { code: error.code, message: error.message } : { code: error, message: '' },
  );

testEncoder('an OpenAI-compatible server', () => create());

it('sends batches with model, key, template and dimensions, and puts rows back in order', async () => {
  const encoder = await create({
    apiKey: 'secret',
    template: 'query: {text}',
    dimensions: 27,
    headers: { 'x-team': 'a' },
  });
  replies = [(request) => ({ body: { data: [...(embeddings(request).body as { data: unknown[] }).data].reverse() } })];
  const features = await encoder.encode(['a', 'bb', 'c']);
  expect([...features.data.subarray(27, 54)]).toEqual(countLetters('query: bb').map(Math.fround));
  expect(asked.map(({ body }) => body)).toEqual([
    { model: 'letters', input: ['query: a', 'query: bb'], encoding_format: 'float', dimensions: 27 },
    { model: 'letters', input: ['query: c'], encoding_format: 'float', dimensions: 27 },
  ]);
  expect(asked[0]).toMatchObject({ url: '/v1/embeddings', headers: { authorization: 'Bearer secret', 'x-team': 'a' } });
  expect(JSON.stringify(encoder.representation)).not.toContain('secret');
});

describe('when the server fails', () => {
  it.each([408, 429, 500, 503])('tries again after %i', async (status) => {
    replies = [failure(status), failure(status)];
    expect((await (await create()).encode(['a'])).rows).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('tries again after an answer that was cut short, and when nobody answers in time', async () => {
    replies = [() => ({ body: '{"data": [' }), () => undefined];
    expect((await (await create({ timeout: 100 })).encode(['a'])).rows).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('doubles its waits', async () => {
    replies = [failure(500), failure(500), failure(500)];
    await (await create({ firstDelay: 30 })).encode(['a']);
    const waits = asked.slice(1).map(({ at }, i) => at - asked[i]!.at);
    // Timers fire late, never early by more than a millisecond.
    [30, 60, 120].forEach((least, i) => expect(waits[i]).toBeGreaterThan(least - 2));
  });

  it('waits as long as the server asks, and gives up when that is too long', async () => {
    replies = [failure(429, { 'retry-after': '0.2' })];
    await (await create()).encode(['a']);
    expect(asked[1]!.at - asked[0]!.at).toBeGreaterThan(198);
    replies = [failure(429, { 'retry-after': '3600' })];
    const { code, message } = await refusal((await create()).encode(['a']));
    expect([code, message]).toEqual(['request-failed', expect.stringContaining('asks to wait 3600 s')]);
  });

  it('gives up after its retries and says why', async () => {
    replies = [failure(503), failure(503), failure(503)];
    const { code, message } = await refusal((await create({ maxRetries: 2 })).encode(['a']));
    expect([code, message]).toEqual(['request-failed', expect.stringMatching(/503: not now after 3 requests/)]);
  });

  it.each([400, 401, 404])('does not repeat what was refused with %i', async (status) => {
    replies = [failure(status)];
    const { code, message } = await refusal((await create({ apiKey: 'secret' })).encode(['a']));
    expect([code, message]).toEqual(['request-failed', expect.stringContaining(`${status}: not now`)]);
    expect(message).not.toContain('secret');
    expect(asked).toHaveLength(1);
  });

  const KEY = 'super/secret';
  const echoes: [string, unknown, string][] = [
    ['in a message', { error: { message: `bad key Bearer ${KEY}, not ${KEY}` } }, 'bad key Bearer …, not …'],
    ['with its slash escaped', `{"error":{"message":"bad key super\\/secret"}}`, 'bad key …'],
    ['in a text', `bad key ${KEY}`, 'bad key …'],
    ['where the message is cut off', { error: `${'-'.repeat(295)}${KEY}` }, `${'-'.repeat(295)}…`],
  ];
  it.each(echoes)('does not repeat the key that the server repeats %s', async (_, body, said) => {
    replies = [() => ({ status: 401, body })];
    const { code, message } = await refusal((await create({ apiKey: `${KEY}\n` })).encode(['a']));
    expect({ code, message }).toEqual({ code: 'request-failed', message: expect.stringMatching(/ answers 401: /) });
    expect(message.slice(message.indexOf('401: ') + 5)).toBe(said);
  });

  it('says that nobody is there', async () => {
    const encoder = await create({ baseUrl: 'http://127.0.0.1:1/v1', maxRetries: 1 });
    expect(await refusal(encoder.encode(['a']))).toMatchObject({
      code: 'request-failed',
      message: expect.stringMatching(/cannot be reached after 2 requests; check baseUrl, and whether the server runs$/),
    });
  });
});

it('stops at once while it waits for an answer or for the next try', async () => {
  for (const reply of [() => undefined, failure(429, { 'retry-after': '30' })]) {
    replies = [reply];
    const stop = new AbortController();
    const attempt = refusal((await create()).encode(['a'], { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect((await attempt).code).toBe('aborted');
  }
});

it('keeps to a limit of requests', async () => {
  const encoder = await create({ requestsPerMinute: 600, batchSize: 1 });
  await Promise.all([encoder.encode(['a', 'b']), encoder.encode(['c'])]);
  asked.slice(1).forEach(({ at }, i) => expect(at - asked[i]!.at).toBeGreaterThan(80)); // 100 apart, less what the way takes
});

const row = [1, 2];
const wrong: [string, unknown, string][] = [
  ['too few embeddings', [{ index: 0, embedding: row }], 'bad-format'],
  ['too many', [0, 1, 2].map((index) => ({ index, embedding: row })), 'bad-format'],
  ['the same text twice', [0, 0].map((index) => ({ index, embedding: row })), 'bad-format'],
  ['a text that was not asked about', [0, 2].map((index) => ({ index, embedding: row })), 'bad-format'],
  ['no numbers', [0, 1].map((index) => ({ index, embedding: 'AACAPw==' })), 'bad-format'],
  ['rows of nothing', [0, 1].map((index) => ({ index, embedding: [] })), 'bad-format'],
  ['rows of two widths', [row, [1]].map((embedding, index) => ({ index, embedding })), 'shape-mismatch'],
  ['numbers beyond float32', [row, [1e300, 2]].map((embedding, index) => ({ index, embedding })), 'not-finite'],
  ['no data', undefined, 'bad-format'],
];
it.each(wrong)('refuses an answer with %s', async (_, data, code) => {
  replies = [answer(data)];
  expect(await refusal((await create()).encode(['a', 'b']))).toMatchObject({ code });
  expect(asked).toHaveLength(1);
});

it('refuses another width than the one asked for or the one before', async () => {
  expect((await refusal((await create({ dimensions: 3 })).encode(['a']))).code).toBe('shape-mismatch');
  replies = [answer([{ embedding: row }])];
  expect((await refusal((await create({ batchSize: 1 })).encode(['a', 'b']))).code).toBe('shape-mismatch');
});

it('refuses a base URL that is none and a limit of nothing', async () => {
  expect((await refusal(create({ baseUrl: 'localhost' }))).code).toBe('bad-format');
  expect((await refusal(create({ requestsPerMinute: 0 }))).code).toBe('out-of-range');
});

it('reads Retry-After as seconds and as a date', () => {
  const read = (value: string) =>
    retryAfterOf(new Headers({ 'retry-after': value }), Date.parse('2026-01-01T00:00:00Z'));
  expect(read('120')).toBe(120_000);
  expect(read('Thu, 01 Jan 2026 00:00:07 GMT')).toBe(7000);
  expect(read('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0);
  expect(read('soon')).toBeUndefined();
  expect(retryAfterOf(new Headers(), 0)).toBeUndefined();
});
