import { SdmError } from '@sdmjs/core';
import { makeFolders } from '@sdmjs/interchange/node';

/** Makes a folder and its parents where they are missing. Throws `not-writable`. */
export function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SdmError('not-writable', `cannot make ${path}: ${reason}; choose another folder`, { cause });
  }
}
