/** What went wrong, for programs. Keep sorted. */
export type SdmErrorCode =
  | 'aborted'
  | 'bad-checksum'
  | 'bad-format'
  | 'class-missing'
  | 'context-exceeded'
  | 'destination-exists'
  | 'duplicate-id'
  | 'empty-input'
  | 'fingerprint-mismatch'
  | 'label-out-of-range'
  | 'missing-dependency'
  | 'not-calibrated'
  | 'not-finite'
  | 'not-found'
  | 'not-readable'
  | 'not-writable'
  | 'out-of-memory'
  | 'out-of-range'
  | 'request-failed'
  | 'shape-mismatch'
  | 'unsupported-version'
  | 'worker-lost';

const MARKER = Symbol.for('sdmjs.error');

/** The one error class of sdm.js: `code` is for programs, `message` says what was wanted, what came, and how to mend it. */
export class SdmError extends Error {
  readonly code: SdmErrorCode;
  readonly [MARKER] = true;

  constructor(code: SdmErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SdmError';
    this.code = code;
  }

  /** Whether `error` is an `SdmError` (of `code`, when given), also when it comes from another copy of this package. */
  static is(error: unknown, code?: SdmErrorCode): error is SdmError {
    if (!(error instanceof Error) || !(MARKER in error) || !('code' in error)) return false;
    return code === undefined || error.code === code;
  }
}

/** Throws `SdmError` `aborted` when `signal` has been aborted; the signal's reason becomes the cause. */
export function throwIfAborted(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted) throw new SdmError('aborted', `${where}: stopped by the caller`, { cause: signal.reason });
}
