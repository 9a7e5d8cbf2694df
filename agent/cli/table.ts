/** One row of a table; each of its notes stands below it, across all columns. */
export interface Row {
  cells: readonly string[];
  notes: readonly string[];
  /** Of the row's cell in that column, as the parameters of an SGR sequence, e.g. `31`. */
  colours?: Readonly<Record<number, string>>;
}

export interface TableStyle {
  /** Lines around the cells, colours, and fitted to `columns`: for a terminal. Otherwise aligned text for pipes. */
  fancy: boolean;
  colour: boolean;
  columns: number;
  /** Columns that may be cut at their beginning when the terminal is too narrow: paths, whose end says most. */
  shrinkable: readonly [number, ...number[]];
}

/** Lays out text that is printable already. Ends with a line end. */
export const renderTable = (heads: readonly string[], rows: readonly Row[], style: TableStyle): string => {
  const natural = heads.map((head, column) =>
    Math.max(...[head, ...rows.map(({ cells }) => cells[column] ?? "")].map((cell) => Bun.stringWidth(cell))),
  );
  const fitting = style.fancy ? fit(natural, style) : null;
  return fitting === null ? plain(heads, rows, natural, style) : boxed(heads, rows, fitting, style);
};

const shortest = 10;

/** The widths with which the box fits the terminal, the shrinkable columns cut where that helps; null when it cannot fit. */
const fit = (natural: readonly number[], { columns, shrinkable }: TableStyle): number[] | null => {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width + 3, 1) - columns;
  const widest = () =>
    shrinkable.reduce<number>((best, each) => ((widths[each] ?? 0) > (widths[best] ?? 0) ? each : best), shrinkable[0]);
  for (; excess > 0; excess -= 1) {
    const column = widest();
    const width = widths[column] ?? 0;
    if (width <= shortest) return null;
    widths[column] = width - 1;
  }
  return widths;
};

const plain = (
  heads: readonly string[],
  rows: readonly Row[],
  widths: readonly number[],
  style: TableStyle,
): string => {
  const line = (cells: readonly string[], colours: Row["colours"] = {}) =>
    cells
      .map((cell, column) => paint(pad(cell, widths[column] ?? 0), colours[column], style))
      .join("  ")
      .trimEnd();
  const lines = rows.flatMap(({ cells, notes, colours }) => [
    line(cells, colours),
    ...notes.map((note) => `  ${note}`),
  ]);
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
  const wrapped = (note: string) => wrap(note, inner - 4).map((part) => `│   ${pad(part, inner - 4)} │`);
  return `${[
    rule("┌", "┬", "┐"),
    line(heads),
    rule("├", "┼", "┤"),
    ...rows.flatMap(({ cells, notes, colours }) => [line(cells, colours), ...notes.flatMap(wrapped)]),
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
