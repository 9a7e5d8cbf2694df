import type { Config } from "./config.ts";
import { ancestors } from "./path.ts";
import { type Problem, quote } from "./problem.ts";

const want = "take that one out of the configuration first, and bring this one with the next change";

/**
 * The targets of a new configuration that lie above or below one of the configuration in force: one would be made inside the
 * other's volume, or hide it. Pure.
 */
export const nestedIn = ({ mounts: held }: Config, { mounts }: Config): Problem[] =>
  mounts.flatMap(({ target }, index) =>
    held.flatMap(({ target: other }): Problem[] => {
      const where = ancestors(target).includes(other) ? "inside" : ancestors(other).includes(target) ? "above" : null;
      if (where === null) return [];
      return [
        {
          path: `mounts[${index}].target`,
          message: `${quote(target)} lies ${where} ${quote(other)}, which is held now; ${want}`,
        },
      ];
    }),
  );
