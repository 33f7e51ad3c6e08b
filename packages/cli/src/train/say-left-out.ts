import type { OptionalPart } from '@sdmjs/interchange';
import type { Session } from '../terminal/session.js';

/** For `onLeftOut` of `saveModel`: says what the files of the model do not hold. */
export function sayLeftOut({ say, tell }: Pick<Session, 'say' | 'tell'>): (parts: readonly OptionalPart[]) => void {
  return (leftOut) => {
    const message = `the manifest of the model has no room for ${leftOut.join(' and ')} of its metadata; no estimate depends on them`;
    say(`note: ${message}`);
    tell('warning', { message, leftOut });
  };
}
