import { readFile, rm, writeFile } from 'node:fs/promises';
import { pid } from 'node:process';
import { SdmError } from '@sdmjs/core';
import { notWritable } from './not-writable.js';
import { isOfDeadProcess, ownerOf, siblingPath, siblings } from './siblings.js';

/**
 * Claims a file for this process, by a small file beside it, until what it resolves to is called. Claims of processes that have ended are removed;
 * of processes on other machines nothing is known, so they do not count. Throws `not-writable` where another claim holds.
 */
export async function claimFile(path: string): Promise<() => Promise<void>> {
  // Each process first puts down its own claim and then looks for others: of two at once, at most one goes on.
  const own = siblingPath(path, 'claim');
  const release = () => rm(own, { force: true });
  try {
    await writeFile(own, (await startOf(pid)) ?? '', { flag: 'wx' });
    for (const other of await siblings(path, 'claim')) {
      if (other === own || ownerOf(other) === undefined) continue;
      if (await isInUse(other)) throw inUse(path, other);
      await rm(other, { force: true });
    }
  } catch (error) {
    await release().catch(() => undefined);
    throw SdmError.is(error) ? error : notWritable(path, error);
  }
  return release;
}

async function isInUse(claim: string): Promise<boolean> {
  if (isOfDeadProcess(claim)) return false;
  const [claimed, present] = await Promise.all([
    readFile(claim, 'utf8').catch(() => ''),
    startOf(ownerOf(claim) ?? pid),
  ]);
  // The number of a process that has ended may be given to another one.
  return claimed === '' || present === undefined || claimed === present;
}

/** When a process began, in ticks of the clock since its machine did, or that it has ended; undefined where the system has no /proc. */
async function startOf(process: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${process}/stat`, 'utf8').catch(() => undefined);
  // Its name, in brackets, may hold anything.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19];
}

function inUse(path: string, claim: string): SdmError {
  return new SdmError(
    'not-writable',
    `${path} is in use by process ${ownerOf(claim)}; wait until it has ended, or name another file (if it is no run of yours, remove ${claim})`,
  );
}
