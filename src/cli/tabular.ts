/**
 * A table as Go's tabwriter lays it out with runc's settings: columns of at least 12 characters, 3 of padding between,
 * the last one unpadded.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 12, [...cell].length + 3);
    }
  }
  return rows.map((row) => `${row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('')}\n`).join('');
}

/** Widths count characters, not UTF-16 units. */
function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length));
}
