/** One row of a table; `note` stands below it, across all columns. */
export interface Row {
  cells: readonly string[];
  note?: string;
  /** Of the row's cell in that column, as the parameters of an SGR sequence, e.g. `31`. */
  colours?: Readonly<Record<number, string>>;
}

export interface TableStyle {
  /** Lines around the cells, colours, and fitted to `columns`: for a terminal. Otherwise aligned text for pipes. */
  fancy: boolean;
  colour: boolean;
  columns: number;
  /** Columns that may be cut at their beginning when the terminal is too narrow: paths, whose end says most. */
  shrinkable: readonly number[];
}

/** Lays out text that is printable already. Ends with a line end. */
export const renderTable = (heads: readonly string[], rows: readonly Row[], style: TableStyle): string => {
  const widths = fit(heads, rows, style);
  return (style.fancy ? boxed : plain)(heads, rows, widths, style);
};

const shortest = 12;

/** The width of each column: as wide as its widest cell, the shrinkable ones less where the terminal ends. */
const fit = (heads: readonly string[], rows: readonly Row[], style: TableStyle): number[] => {
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map(({ cells }) => cells[column] ?? "")].map((cell) => Bun.stringWidth(cell))),
  );
  if (!style.fancy) return widths;
  const lines = 3 * widths.length + 1;
  let excess = widths.reduce((sum, width) => sum + width, lines) - style.columns;
  for (const column of style.shrinkable.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))) {
    const width = widths[column] ?? 0;
    const less = Math.min(Math.max(0, excess), Math.max(0, width - shortest));
    widths[column] = width - less;
    excess -= less;
  }
  return widths;
};

const plain = (heads: readonly string[], rows: readonly Row[], widths: readonly number[]): string => {
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = rows.flatMap(({ cells, note }) => [line(cells), ...(note === undefined ? [] : [`  ${note}`])]);
  return `${[line(heads), ...lines].join("\n")}\n`;
};

const boxed = (
  heads: readonly string[],
  rows: readonly Row[],
  widths: readonly number[],
  style: TableStyle,
): string => {
  const inner = widths.reduce((sum, width) => sum + width + 3, -1);
  const rule = (left: string, cross: string, right: string) =>
    left + widths.map((width) => "─".repeat(width + 2)).join(cross) + right;
  const line = (cells: readonly string[], colours: Readonly<Record<number, string>> = {}) =>
    `│${cells
      .map((cell, column) => {
        const text = pad(cutFront(cell, widths[column] ?? 0), widths[column] ?? 0);
        return ` ${paint(text, colours[column], style)} `;
      })
      .join("│")}│`;
  const notes = (note: string | undefined) =>
    note === undefined ? [] : wrap(note, inner - 4).map((part) => `│   ${pad(part, inner - 4)} │`);
  return `${[
    rule("┌", "┬", "┐"),
    line(heads),
    rule("├", "┼", "┤"),
    ...rows.flatMap(({ cells, note, colours }) => [line(cells, colours), ...notes(note)]),
    rule("└", "┴", "┘"),
  ].join("\n")}\n`;
};

const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - Bun.stringWidth(text)));

const cutFront = (text: string, width: number): string => {
  if (Bun.stringWidth(text) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && Bun.stringWidth(characters.join("")) > width - 1) characters.shift();
  return `…${characters.join("")}`;
};

const wrap = (text: string, width: number): string[] => Bun.wrapAnsi(text, width, { hard: true }).split("\n");

const paint = (text: string, colour: string | undefined, style: TableStyle): string =>
  style.colour && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
