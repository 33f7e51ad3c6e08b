import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readMails } from './mails/read-mails.js';

/** Writes so many of the easy mails, spread evenly over them, as rows for `sdm`: JSON Lines with id, label (0 ham, 1 spam) and document. */
export async function exportMails(count: number, target: Writable): Promise<void> {
  try {
    await pipeline(Readable.from(linesOf(count)), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error; // the reader has had enough
  }
}

function* linesOf(count: number): Generator<string> {
  const { easy } = readMails();
  const step = Math.max(1, easy.length / count);
  for (let i = 0; i < Math.min(count, easy.length); i++) {
    const { id, label, text } = easy[Math.floor(i * step)]!;
    yield `${JSON.stringify({ id, label, document: text })}\n`;
  }
}
