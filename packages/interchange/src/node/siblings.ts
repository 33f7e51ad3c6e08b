import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { kill, pid } from 'node:process';
import { kindOf } from './package-folder.js';

/** Beside the package: the new folder being built, the old one set aside while they change places; or a file that claims one for a process. */
export type SiblingKind = 'staging' | 'previous' | 'claim';

/** A fresh path beside `folder`, e.g. `.model.sdmkitmodel.staging-host-1234-5f0c9a2b`. It names its process, so that the next save knows a dead one's. */
export function siblingPath(folder: string, kind: SiblingKind): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return join(dirname(resolve(folder)), `${prefixOf(folder, kind)}${HOST}-${pid}-${unique}`);
}

/** Where the package is to be read: in its place, or set aside by a save that was killed between its two renames. */
export async function findPackage(folder: string): Promise<string> {
  if ((await kindOf(folder)) !== 'absent') return folder;
  const asides = await Promise.all(
    (await siblings(folder, 'previous')).map(async (path) => ({ path, time: (await stat(path)).mtimeMs })),
  );
  return asides.toSorted((a, b) => b.time - a.time)[0]?.path ?? folder;
}

/** Puts back what a killed save had set aside, then removes what killed saves of this machine left behind. */
export async function recoverFromKilledSaves(folder: string): Promise<void> {
  const found = await findPackage(folder);
  if (found !== folder && isOfDeadProcess(found)) await rename(found, folder);
  const leftovers = [...(await siblings(folder, 'staging')), ...(await siblings(folder, 'previous'))];
  for (const path of leftovers) {
    if (isOfDeadProcess(path)) await rm(path, { recursive: true, force: true });
  }
}

const HOST = hostname().replace(/[^A-Za-z0-9]/g, '_');

function prefixOf(folder: string, kind: SiblingKind): string {
  return `.${basename(resolve(folder))}.${kind}-`;
}

export async function siblings(folder: string, kind: SiblingKind): Promise<string[]> {
  const parent = dirname(resolve(folder));
  if ((await kindOf(parent)) !== 'folder') return [];
  const names = await readdir(parent);
  return names.filter((name) => name.startsWith(prefixOf(folder, kind))).map((name) => join(parent, name));
}

/** The process that a path is named after; undefined for one of another machine: nothing is known of it. */
export function ownerOf(path: string): number | undefined {
  const [host, owner] = path.split('-').slice(-3);
  return host === HOST ? Number(owner) : undefined;
}

export function isOfDeadProcess(path: string): boolean {
  const owner = ownerOf(path);
  if (owner === undefined) return false;
  try {
    kill(owner, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
