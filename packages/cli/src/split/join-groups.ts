/** One key a row, equal for rows that any of the given columns of keys connects, directly or over other rows; undefined keys connect nothing. */
export function joinGroups(columns: readonly (readonly (string | undefined)[])[]): string[] {
  const count = columns[0]?.length ?? 0;
  const parents = Int32Array.from({ length: count }, (_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (parents[root] !== root) root = parents[root]!;
    for (let at = row; at !== root; ) [at, parents[at]] = [parents[at]!, root];
    return root;
  };
  for (const keys of columns) {
    const first = new Map<string, number>();
    keys.forEach((key, row) => {
      if (key === undefined) return;
      const before = first.get(key);
      if (before === undefined) first.set(key, row);
      else parents[rootOf(row)] = rootOf(before);
    });
  }
  return Array.from(parents, (_, row) => String(rootOf(row)));
}
