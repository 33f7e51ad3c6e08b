import { makeFolders, notWritable } from '@sdmjs/interchange/node';

/** Makes a folder and its parents where they are missing. Throws `not-writable`. */
export function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}
