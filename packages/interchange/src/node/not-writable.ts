import { SdmError } from '@sdmjs/core';

/** A fault of the file system where something was to be written, as an error that says what to do. */
export function notWritable(path: string, cause: unknown, where?: string): SdmError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const mend = NO_ROOM.has(code) ? 'make room there, or choose another path' : 'choose another path';
  const begin = where === undefined ? '' : `${where}: `;
  return new SdmError('not-writable', `${begin}cannot write ${path}: ${reason}; ${mend}`, { cause });
}

/** Of a full disk, a used up quota, and a limit on the size of files. */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
