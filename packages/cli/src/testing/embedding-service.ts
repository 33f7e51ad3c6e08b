import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingService {
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: { readonly authorization: string | undefined; readonly input: readonly string[] }[];
  /** Called before each answer. */
  onRequest: () => void;
  close(): void;
}

/** An OpenAI-compatible service on this machine: how often a text has each of eight letters, and its length. */
export async function startEmbeddingService(): Promise<EmbeddingService> {
  const requests: EmbeddingService['requests'] = [];
  const service: EmbeddingService = { url: '', requests, onRequest: () => undefined, close: () => void server.close() };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { input } = JSON.parse(body) as { input: string[] };
    requests.push({ authorization: request.headers.authorization, input });
    service.onRequest();
    const data = input.map((text, index) => ({ index, embedding: lettersOf(text) }));
    response
      .setHeader('content-type', 'application/json')
      .setHeader('connection', 'close')
      .end(JSON.stringify({ data }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, { url: `http://127.0.0.1:${port}/v1` });
}

export function lettersOf(text: string): number[] {
  return [...Array.from('abegortz', (letter) => text.split(letter).length - 1), text.length / 8];
}
