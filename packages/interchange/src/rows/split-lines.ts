import type { JsonBytes } from './scan-members.js';

/** Cuts bytes that come in pieces into lines. */
export interface LineSplitter {
  /** Takes the next piece, which may be changed afterwards. */
  push(piece: Uint8Array): void;
  /** The last line, when it has no end of its own. */
  finish(): void;
}

/** `\n`, `\r\n` and a lone `\r` end a line. `onLine` gets each with its 1-based number; its bytes are there only until it returns. */
export function splitLines(onLine: (line: JsonBytes, number: number) => void): LineSplitter {
  let kept = new Uint8Array(0);
  let keptLength = 0;
  let number = 0;
  let isAfterReturn = false;

  function keep(bytes: Uint8Array): void {
    if (keptLength + bytes.length > kept.length) {
      const larger = new Uint8Array(2 * (keptLength + bytes.length));
      larger.set(kept.subarray(0, keptLength));
      kept = larger;
    }
    kept.set(bytes, keptLength);
    keptLength += bytes.length;
  }

  function take(piece: Uint8Array, start: number, end: number): void {
    number++;
    if (keptLength === 0) {
      onLine({ bytes: piece, start, end }, number);
      return;
    }
    keep(piece.subarray(start, end));
    const length = keptLength;
    keptLength = 0;
    onLine({ bytes: kept, start: 0, end: length }, number);
  }

  return {
    push(piece) {
      let start = 0;
      if (isAfterReturn && piece[0] === NEWLINE) start = 1;
      if (piece.length > 0) isAfterReturn = false;
      let nextReturn = piece.indexOf(RETURN, start);
      let nextNewline = piece.indexOf(NEWLINE, start);
      while (nextReturn >= 0 || nextNewline >= 0) {
        const isReturn = nextReturn >= 0 && (nextNewline < 0 || nextReturn < nextNewline);
        const end = isReturn ? nextReturn : nextNewline;
        take(piece, start, end);
        start = end + 1;
        if (isReturn && piece[start] === NEWLINE) start++;
        isAfterReturn = isReturn && start === piece.length && piece[start - 1] === RETURN;
        if (nextReturn >= 0 && nextReturn < start) nextReturn = piece.indexOf(RETURN, start);
        if (nextNewline >= 0 && nextNewline < start) nextNewline = piece.indexOf(NEWLINE, start);
      }
      if (start < piece.length) keep(piece.subarray(start));
    },
    finish() {
      if (keptLength > 0) take(new Uint8Array(0), 0, 0);
    },
  };
}

const NEWLINE = 10;
const RETURN = 13;
