import type { Context } from "./command.ts";
import type { TableStyle } from "./table.ts";

/** A terminal gets lines and colours, a pipe gets text that awk can read. */
export const lookOf = (
  stream: { isTTY?: boolean; columns?: number },
  { NO_COLOR, TERM }: Context["environment"],
): Omit<TableStyle, "shrinkable"> => {
  const fancy = stream.isTTY === true && TERM !== "dumb";
  return { fancy, colour: fancy && !NO_COLOR, columns: stream.columns ?? 80 };
};
