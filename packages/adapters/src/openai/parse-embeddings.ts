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
      throw new SdmError(
        'bad-format',
        `${where}: embedding ${place} is of text ${index}; wanted each of ${count} once`,
      );
    }
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((value) => typeof value === 'number')) {
      throw new SdmError('bad-format', `${where}: embedding ${place} is no list of numbers`);
    }
    rows[index] = embedding;
  });
  return matrixFromRows(rows);
}

/** What the server says about an error, in a line. */
export function errorMessageOf(body: unknown): string {
  const error = isRecord(body) ? (body['error'] ?? body) : undefined;
  const message = isRecord(error) ? error['message'] : error;
  return typeof message === 'string' ? message.slice(0, 300) : 'no reason given';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
