import { expect, test } from 'vitest';
import { formatTable } from './table.js';

test('columns are as wide as their widest cell; the first is left-aligned, the others right-aligned', () => {
  expect(
    formatTable(
      ['', 'share'],
      [
        ['all', '1.00'],
        ['p(Yes)', undefined],
      ],
    ),
  ).toBe(['        share', '─────────────', 'all      1.00', 'p(Yes)'].join('\n'));
});
