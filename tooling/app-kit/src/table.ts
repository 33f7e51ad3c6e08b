/** One line of a table; `undefined` cells stay empty. */
export type TableRow = readonly (string | undefined)[];

/** Rows of text under headings, columns padded to their widest cell, the first left-aligned and the others right-aligned. */
export function formatTable(headings: TableRow, rows: readonly TableRow[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: TableRow) =>
    widths
      .map((width, column) => (column === 0 ? (row[0] ?? '').padEnd(width) : (row[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(headings), rule, ...rows.map(line)].join('\n');
}

/** The lines of a table in Markdown. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
