import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What no two trainings share: when they ran, how long they took, and the name that they gave the model. */
const OF_THE_RUN = ['modelID', 'createdAt', 'durationSeconds'];

/** Compares two `.sdmkitmodel` folders byte by byte, the manifest without what belongs to the run; undefined, or what differs. */
export async function sameModel(one: string, other: string): Promise<string | undefined> {
  const names = (await readdir(one)).sort();
  const otherNames = (await readdir(other)).sort();
  if (names.join() !== otherNames.join()) return `files ${names.join(', ')} and ${otherNames.join(', ')}`;
  for (const name of names) {
    const [bytes, otherBytes] = await Promise.all([one, other].map((folder) => readFile(join(folder, name))));
    const isEqual = name === 'manifest.json' ? lasting(bytes!) === lasting(otherBytes!) : bytes!.equals(otherBytes!);
    if (!isEqual) return name;
  }
  return undefined;
}

function lasting(manifest: Buffer): string {
  return JSON.stringify(JSON.parse(manifest.toString('utf8')), (key, value: unknown) =>
    OF_THE_RUN.includes(key) ? null : value,
  );
}
