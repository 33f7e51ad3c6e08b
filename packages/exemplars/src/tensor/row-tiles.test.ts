import { createMatrix } from '@sdmjs/core';
import { expect, it } from 'vitest';
import { rowTiles } from './row-tiles.js';

const matrix = createMatrix(5, 2, Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
const shapes = (elements: number) => rowTiles(matrix, elements).map(({ rows, data }) => [rows, ...data]);

it('cuts between rows and loses none', () => {
  expect(shapes(5)).toEqual([
    [2, 0, 1, 2, 3],
    [2, 4, 5, 6, 7],
    [1, 8, 9],
  ]);
  expect(shapes(10)).toHaveLength(1);
});

it('gives a row that is too wide a tile of its own', () => {
  expect(shapes(1).map(([rows]) => rows)).toEqual([1, 1, 1, 1, 1]);
});
