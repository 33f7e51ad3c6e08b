import { describe, expect, it } from 'vitest';
import { exampleAt, featureMatrix, labelsOf } from './example.js';
import {
  argMax,
  argMaxRows,
  createMatrix,
  matrixFromRows,
  requireColumns,
  requireFinite,
  rowOf,
  rowSource,
  rowsOf,
  selectRows,
} from './matrix.js';
import { SdmError, type SdmErrorCode } from './sdm-error.js';

function codeOf(run: () => unknown): SdmErrorCode | undefined {
  try {
    run();
  } catch (error) {
    if (SdmError.is(error)) return error.code;
  }
  return undefined;
}

describe('Matrix', () => {
  const matrix = matrixFromRows([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  it('is row-major; rows are views and selected rows are copies', () => {
    expect([...matrix.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(rowOf(matrix, 1).buffer).toBe(matrix.data.buffer);
    expect(rowsOf(matrix, 1, 3)).toEqual(
      matrixFromRows([
        [3, 4],
        [5, 6],
      ]),
    );
    expect(rowsOf(matrix, 1, 3).data.buffer).toBe(matrix.data.buffer);
    const selected = selectRows(matrix, [2, 0]);
    expect([...selected.data]).toEqual([5, 6, 1, 2]);
    expect(selected.data.buffer).not.toBe(matrix.data.buffer);
  });

  it('may have no rows', () => {
    expect(matrixFromRows([])).toMatchObject({ rows: 0, columns: 0 });
    expect(argMaxRows(createMatrix(0, 3))).toHaveLength(0);
  });

  it('gives a tied arg max to the lowest index', () => {
    expect(argMax([1, 3, 3])).toBe(1);
    expect([
      ...argMaxRows(
        matrixFromRows([
          [0, 0],
          [-2, -1],
        ]),
      ),
    ]).toEqual([0, 1]);
  });

  it('names what is wrong with a code', () => {
    expect(codeOf(() => createMatrix(2, 2, new Float32Array(3)))).toBe('shape-mismatch');
    expect(codeOf(() => createMatrix(-1, 2))).toBe('out-of-range');
    expect(codeOf(() => matrixFromRows([[1, 2], [3]]))).toBe('shape-mismatch');
    expect(codeOf(() => requireColumns(matrix, 3, 'test'))).toBe('shape-mismatch');
    expect(codeOf(() => requireFinite(matrix, 'test'))).toBeUndefined();
    expect(() =>
      requireFinite(
        matrixFromRows([
          [1, 2],
          [3, Number.NaN],
        ]),
        'test',
      ),
    ).toThrow(/row 1, column 1 is NaN/);
    const source = rowSource(matrixFromRows([[1], [2], [Infinity]]));
    expect(() => requireFinite(source, 'rows')).toThrow(/rows: row 2, column 0 is Infinity/);
  });
});

describe('Example', () => {
  const examples = [
    { id: 'a', label: 1, features: Float32Array.of(1, 2) },
    { id: 'b', label: 0, features: Float32Array.of(3, 4) },
  ];

  it('becomes a matrix and labels', () => {
    expect([...featureMatrix(examples).data]).toEqual([1, 2, 3, 4]);
    expect([...labelsOf(examples)]).toEqual([1, 0]);
  });

  it('comes out of a table, with its text where there is one', () => {
    const table = { ids: ['a', 'b'], labels: labelsOf(examples), features: featureMatrix(examples) };
    expect([0, 1].map((i) => exampleAt(table, i))).toEqual(examples);
    expect(exampleAt({ ...table, documents: ['text', undefined] }, 0)).toEqual({ ...examples[0], document: 'text' });
    expect(exampleAt({ ...table, documents: ['text', undefined] }, 1)).toEqual(examples[1]);
  });

  it('is named when its features are ragged', () => {
    const ragged = [...examples, { id: 'c', label: 0, features: Float32Array.of(5) }];
    expect(() => featureMatrix(ragged)).toThrow(/"c" has 1 features/);
  });
});
