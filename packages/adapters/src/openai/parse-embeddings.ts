import { type Matrix, matrixFromRows, SdmError } from '@sdmjs/core';

/** The rows of an answer of the embeddings endpoint, in the order of the texts. Throws `bad-format` when it does not hold one for each. */
export function parseEmbeddings(body: unknown, count: number, where: string): Matrix {
  const entries = isRecord(body) ? body['data'] : undefined;
  if (!Array.isArray(entries)) throw new SdmError('bad-format', `${where}: the answer holds no list "data"`);
  if (entries.length !== count) {
    throw new SdmError('bad-format', `${where}: wanted ${count} embeddings, one a text, got ${entries.length}`);
  }
  const rows: number[][] = new Array(count);
  entries.forEach((entry: unknown, place) => {
    const { index = place, embedding } = isRecord(entry) ? entry : {};
    if (typeof index !== 'number' || !(index in entries) || rows[index] !== undefined) {
      const got = typeof index === 'number' ? index : 'that is no number';
      throw new SdmError('bad-format', `${where}: embedding ${place} is of text ${got}; wanted each of ${count} once`);
    }
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((value) => typeof value === 'number')) {
      throw new SdmError('bad-format', `${where}: embedding ${place} is no list of numbers`);
    }
    rows[index] = embedding;
  });
  return matrixFromRows(rows);
}

/** What the server says about an error, in a line; the key, which some servers repeat, is `…` there. */
export function errorMessageOf(body: unknown, apiKey = ''): string {
  const error = isRecord(body) ? (body['error'] ?? body) : body;
  const message = isRecord(error) ? error['message'] : error;
  if (typeof message !== 'string' || message.trim() === '') return 'no reason given';
  const key = apiKey.trim(); // as it is sent
  return (key === '' ? message : message.replaceAll(key, '…')).replace(/\s+/g, ' ').trim().slice(0, 300);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
