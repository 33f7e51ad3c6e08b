import { describe, expect, it, vi } from 'vitest';
import { SdmError, throwIfAborted } from './sdm-error.js';

describe('SdmError', () => {
  it('is recognised across two copies of the package, with its code', async () => {
    vi.resetModules();
    const copy = await import('./sdm-error.js');
    const error = new copy.SdmError('out-of-range', 'from the other copy');
    expect(error).not.toBeInstanceOf(SdmError);
    expect(SdmError.is(error)).toBe(true);
    expect(SdmError.is(error, 'out-of-range')).toBe(true);
    expect(SdmError.is(error, 'not-finite')).toBe(false);
  });

  it('does not claim other errors', () => {
    expect(SdmError.is(new Error('out-of-range'))).toBe(false);
    expect(SdmError.is({ code: 'out-of-range' })).toBe(false);
    expect(SdmError.is(undefined)).toBe(false);
  });

  it('keeps the cause', () => {
    const cause = new Error('why');
    expect(new SdmError('bad-format', 'what', { cause }).cause).toBe(cause);
  });
});

describe('throwIfAborted', () => {
  it('throws `aborted` with the reason of the signal, and only then', () => {
    throwIfAborted(undefined, 'test');
    throwIfAborted(new AbortController().signal, 'test');
    const reason = new Error('enough');
    expect(() => throwIfAborted(AbortSignal.abort(reason), 'test')).toThrow(
      expect.objectContaining({ code: 'aborted', cause: reason }),
    );
  });
});
