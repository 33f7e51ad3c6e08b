import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { SdmError } from '@sdmjs/core';

/**
 * Takes a lock file for this process until it ends; the lock of a process that is no more is taken over. A process is not locked against
 * itself. Throws `not-writable` while another process holds it, and says that `what` is in use.
 */
export function takeLock(path: string, what: string): void {
  while (!create(path)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (holder === OWN) break;
    if (isRunning(holder)) {
      throw new SdmError(
        'not-writable',
        `takeLock: process ${holder || 'unknown'} uses ${what}; wait until it has ended (should there be no such process, remove ${path})`,
      );
    }
    removeStale(path, holder);
  }
  releaseAtExit(path);
}

const OWN = String(process.pid);
const held = new Set<string>();

/** False when the file is there already. */
function create(path: string): boolean {
  try {
    writeFileSync(path, OWN, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A process number as text, empty in the moment before it is written; undefined when the file is gone. */
function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(holder: string): boolean {
  const pid = Number(holder);
  if (!Number.isSafeInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** Two processes may find the same stale lock: what the slower one moves away is then the lock of the faster, and goes back. */
function removeStale(path: string, holder: string): void {
  const aside = `${path}.${OWN}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function releaseAtExit(path: string): void {
  if (held.size === 0) {
    process.once('exit', () => {
      for (const own of held) if (readHolder(own) === OWN) rmSync(own, { force: true });
    });
  }
  held.add(path);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
