/** A text that others may have chosen, or a number or time of ours. */
export type Cell = { readonly text: string } | string | number;

// What a spreadsheet takes for a formula, or splits a line at; and the apostrophe itself, so that one can be taken off
// again without asking. As `gatehouse usage export` has it.
const ACTIVE = /^[=+\-@\t\r\n＝＋－＠']/;

/** A line of CSV (RFC 4180). Texts that a spreadsheet would run get an apostrophe before them. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => quoted(typeof cell === 'object' ? harmless(cell.text) : String(cell))).join(',')}\r\n`;
}

function harmless(text: string): string {
  return ACTIVE.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
