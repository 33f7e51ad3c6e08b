import { SdmError } from '@sdmjs/core';

/** A fault of the file system as an error that says what to do. */
export function unreadable(path: string, cause: unknown, where: string): SdmError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  if (isMissing) return new SdmError('not-found', `${where}: there is no ${path}; check the path`, { cause });
  if (cause instanceof RangeError) {
    const message = `${where}: ${path} does not fit in memory: ${cause.message}; read fewer rows`;
    return new SdmError('out-of-memory', message, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `${where}: cannot read ${path}: ${reason}; choose a file you may read`;
  return new SdmError('not-readable', message, { cause });
}
