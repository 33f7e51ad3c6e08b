/** What `of` gives for each row, in an array of just that length; `Array.from` grows its array, which leaves as much again behind. */
export function mapRows<Result>(rows: Int32Array, of: (row: number) => Result): Result[] {
  const results = new Array<Result>(rows.length);
  for (let i = 0; i < rows.length; i++) results[i] = of(rows[i]!);
  return results;
}
