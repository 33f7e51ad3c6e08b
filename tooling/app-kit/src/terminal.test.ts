import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { hearTraining } from './hear-training.js';
import { createTerminal } from './terminal.js';

const fakeStream = (isTTY: boolean) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });

test('warnings of trainings are noted on the stream of errors, each once; epochs are counted', () => {
  const [output, errors] = [fakeStream(false), fakeStream(false)];
  const epochs: number[] = [];
  const terminal = createTerminal(output, errors);
  for (const training of [1, 2]) {
    const hear = hearTraining(terminal, (count) => epochs.push(count));
    hear({ kind: 'warning', message: 'few rows' });
    hear({ kind: 'matching' });
    hear({ kind: 'epoch', completedEpochCount: training });
  }
  expect(errors.read()).toBe('note: few rows\n');
  expect(output.read()).toBeNull();
  expect(epochs).toEqual([1, 2]);
});

test('a note clears the bar that a terminal shows in its line', () => {
  const errors = fakeStream(true);
  createTerminal(fakeStream(false), errors).note('few rows');
  expect(errors.read()).toBe('\r\u001B[Knote: few rows\n');
});
