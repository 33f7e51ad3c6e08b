import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { exportMails } from './export-mails.js';

it('writes mails of both classes, spread over all of them, each with an id of its own', async () => {
  const target = new PassThrough();
  const [written] = await Promise.all([text(target), exportMails(60, target)]);
  const rows = written
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; label: number; document: string });
  expect(new Set(rows.map(({ id }) => id)).size).toBe(60);
  expect(new Set(rows.map(({ id }) => id.split('/')[0]))).toEqual(
    new Set(['easy-ham-1', 'easy-ham-2', 'spam-1', 'spam-2']),
  );
  for (const { id, label, document } of rows) {
    expect(label).toBe(Number(id.startsWith('spam')));
    expect(document.length).toBeGreaterThan(0);
  }
});
