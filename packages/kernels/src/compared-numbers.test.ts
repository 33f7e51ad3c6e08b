import { expect, it } from 'vitest';
import { comparedNumbers, queriesToTurn } from './compared-numbers.js';

const sizes = { rows: 10_000, columns: 1000, dimensions: 384 };

it('turns rows for many queries, sooner where there are more rows or fewer dimensions', () => {
  const queries = queriesToTurn(sizes);
  expect(queriesToTurn({ ...sizes, rows: 20_000 })).toBeLessThan(queries);
  expect(queriesToTurn({ ...sizes, dimensions: 128 })).toBeLessThan(queries);
  expect(comparedNumbers({ ...sizes, queries: Math.ceil(queries) })).toBe(384);
  expect(comparedNumbers({ ...sizes, queries: Math.floor(queries) })).toBe(1000);
});

it.each([
  ['there are too few rows', { ...sizes, rows: 1000 }],
  ['there are as many dimensions as numbers', { ...sizes, dimensions: 1000 }],
  ['there are more', { ...sizes, dimensions: 1024 }],
  ['there are none', { ...sizes, dimensions: 0 }],
  ['padding makes them as many', { ...sizes, dimensions: 993 }],
])('never does where %s', (_, given) => {
  expect(comparedNumbers({ ...given, queries: 1e12 })).toBe(given.columns);
});
