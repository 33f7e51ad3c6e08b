import { expect, it } from 'vitest';
import { sayLeftOut } from './say-left-out.js';

it('says what the model does not hold, to people and to programs', () => {
  const said: string[] = [];
  const told: unknown[] = [];
  const say = (line = '') => void said.push(line);
  const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
  sayLeftOut({ say, tell })(['bestIterationSplits', 'sourceData']);
  const message =
    'the manifest of the model has no room for bestIterationSplits and sourceData of its metadata; no estimate depends on them';
  expect(said).toEqual([`note: ${message}`]);
  expect(told).toEqual([{ event: 'warning', message, leftOut: ['bestIterationSplits', 'sourceData'] }]);
});
