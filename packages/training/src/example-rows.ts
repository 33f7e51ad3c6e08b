import { type Example, type ExampleTable, type RowSource, SdmError } from '@sdmjs/core';

/** Examples of either form, looked up row by row and never copied. */
export interface ExampleRows {
  /** Raw. `[rows, D]` */
  readonly features: RowSource;
  id(row: number): string;
  label(row: number): number;
  document(row: number): string | undefined;
  /** The example that was given; of a table there is none. */
  readonly example?: ((row: number) => Example) | undefined;
}

/** The rows of a set. Throws `shape-mismatch` at the first ragged row, or where the parts of a table do not fit each other. */
export function exampleRows(set: readonly Example[] | ExampleTable, where: string): ExampleRows {
  return isTable(set) ? rowsOfTable(set, where) : rowsOfList(set);
}

/** One set after the other; both have the width of the first. */
export function concatenated(first: ExampleRows, second: ExampleRows): ExampleRows {
  const { rows: border, columns } = first.features;
  const at =
    <Result>(lookUp: (set: ExampleRows, row: number) => Result) =>
    (row: number) =>
      row < border ? lookUp(first, row) : lookUp(second, row - border);
  return {
    features: { rows: border + second.features.rows, columns, row: at((set, row) => set.features.row(row)) },
    id: at((set, row) => set.id(row)),
    label: at((set, row) => set.label(row)),
    document: at((set, row) => set.document(row)),
    example: first.example && second.example && at((set, row) => set.example!(row)),
  };
}

function isTable(set: readonly Example[] | ExampleTable): set is ExampleTable {
  return !Array.isArray(set);
}

function rowsOfTable(table: ExampleTable, where: string): ExampleRows {
  const { ids, labels, documents } = table;
  const { rows, columns, data } = table.features;
  const counts = { ids: ids.length, labels: labels.length, 'numbers a feature': data.length / Math.max(columns, 1) };
  for (const [what, count] of Object.entries(counts)) {
    if (count === rows) continue;
    throw new SdmError('shape-mismatch', `trainModel: ${where}: wanted ${rows} ${what}, one a row, got ${count}`);
  }
  return {
    features: { rows, columns, row: (row) => data.subarray(row * columns, (row + 1) * columns) },
    id: (row) => ids[row]!,
    label: (row) => labels[row]!,
    document: (row) => documents?.[row],
  };
}

function rowsOfList(examples: readonly Example[]): ExampleRows {
  const columns = examples[0]?.features.length ?? 0;
  for (const { id, features } of examples) {
    if (features.length === columns) continue;
    throw new SdmError(
      'shape-mismatch',
      `trainModel: example "${id}" has ${features.length} features, the first has ${columns}`,
    );
  }
  return {
    features: { rows: examples.length, columns, row: (row) => examples[row]!.features },
    id: (row) => examples[row]!.id,
    label: (row) => examples[row]!.label,
    document: (row) => examples[row]!.document,
    example: (row) => examples[row]!,
  };
}
