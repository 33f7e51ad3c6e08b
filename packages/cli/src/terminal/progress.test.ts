import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startBar } from './progress.js';

const NOTE = 'round 1/1 epoch 5/40 loss 0.5804 mean q 4.6';
const LONG_NOTE = 'round 10/10 epoch 200/200 loss 0.5804 mean q 1234.6';

const TO_LINE_START = '\u001b[1G';

/** The last line that a bar draws on a terminal of so many columns. */
function drawn(columns: number | undefined, details: { readonly note: string; readonly secondsLeft: number }): string {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns });
  const bar = startBar(stream, 'training', 40);
  bar.update(5, details);
  bar.end();
  const lines = (stream.read() as string).split(TO_LINE_START).map(stripVTControlCharacters);
  return lines.findLast((line) => line !== '')!;
}

describe('the line of a run', () => {
  it.each([
    [120, `training     ${'='.repeat(3)}${'-'.repeat(21)} 12% 1.4 s left ${NOTE}`],
    [80, `training     =------- 12% 1.4 s left ${NOTE}`],
    [72, `training 12% 1.4 s left ${NOTE}`],
    [60, `12% 1.4 s left ${NOTE}`],
    [undefined, `training     =------- 12% 1.4 s left ${NOTE}`],
    [0, `training     =------- 12% 1.4 s left ${NOTE}`],
  ])('says round, epoch, loss, mean q and time left in %s columns', (columns, line) => {
    expect(drawn(columns, { note: NOTE, secondsLeft: 1.4 })).toBe(line);
    expect(line.length).toBeLessThanOrEqual(columns || 80);
  });

  it('has room for large numbers in 80 columns, and keeps to the columns there are', () => {
    expect(drawn(80, { note: LONG_NOTE, secondsLeft: 43_800 })).toBe(`12% 12 h 10 min left ${LONG_NOTE}`);
  });
});
