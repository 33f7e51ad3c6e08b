import { SdmError } from '@sdmjs/core';

/** The value of a JSON text, if it is what `isValue` wants. Throws `bad-format` with `where`. */
export function parseJsonAs<Value>(text: string, isValue: (value: unknown) => value is Value, where: string): Value {
  try {
    const value: unknown = JSON.parse(text);
    if (isValue(value)) return value;
  } catch (cause) {
    throw new SdmError('bad-format', `${where} is not JSON; it may have been cut off`, { cause });
  }
  throw new SdmError('bad-format', `${where} is not of the form wanted; take another copy of the file`);
}

export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
