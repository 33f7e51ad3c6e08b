import { parseArgs } from 'node:util';
import { WORKS, type WorkName } from './scale.js';

export interface PeerOptions {
  /** Small sizes: for breakage, not for speed. */
  readonly small: boolean;
  /** Our side alone, without Python. */
  readonly ours: boolean;
  /** Forgets what was measured before of these works. */
  readonly fresh: boolean;
  readonly works: readonly WorkName[];
  /** The file of the run. */
  readonly output: string | undefined;
}

/** Reads the words after `bench peers`. Throws on a word that it does not know. */
export function parsePeerOptions(words: readonly string[]): PeerOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      small: { type: 'boolean', default: false },
      ours: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      output: { type: 'string' },
    },
  });
  const unknown = values.only.find((name) => !isWork(name));
  if (unknown !== undefined) throw new Error(`bench peers: --only: wanted one of ${WORKS.join(', ')}, got ${unknown}`);
  const works = values.only.length === 0 ? WORKS : WORKS.filter((work) => values.only.includes(work));
  return { small: values.small, ours: values.ours, fresh: values.fresh, works, output: values.output };
}

function isWork(name: string): name is WorkName {
  return (WORKS as readonly string[]).includes(name);
}
