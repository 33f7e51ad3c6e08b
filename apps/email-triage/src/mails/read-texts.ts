import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { SdmError } from '@sdmjs/core';
import { parseMail, textOf } from './parse-mail.js';

/** What an encoder reads of the mails in files, or of the one from standard input (`-`). Throws `not-found`, or `empty-input` for one without a text. */
export async function readTexts(files: readonly string[], stdin: NodeJS.ReadableStream): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files) {
    const text = textOf(parseMail(file === '-' ? await readAll(stdin) : readMailFile(file)));
    if (text === '') {
      const name = file === '-' ? 'standard input' : file;
      throw new SdmError('empty-input', `${name} holds neither a subject nor a text to judge; leave it out`);
    }
    texts.push(text);
  }
  return texts;
}

function readMailFile(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    throw new SdmError('not-found', `cannot read ${file}; wanted a mail, or - for standard input`, { cause });
  }
}
