import type { Config } from "../../../agent/core/config/config.ts";
import { configOf, mountOf } from "../configuration.ts";
import type { Wish } from "./events.ts";
import { claimOf, movedPathOf, names, otherClaimOf, pathOf } from "./happen.ts";

/** The configuration that somebody wishes for. */
export function configFor(wishes: readonly Wish[]): Config {
  return configOf(
    ...wishes.flatMap((wish, index) => {
      if (!wish) return [];
      const { watched, moved, other, onForeign, onHang, options } = wish;
      const name = names[index] ?? "";
      const source = watched ? null : (other ? otherClaimOf : claimOf)(index);
      // As the configuration has it: what is only watched is neither replaced nor remounted.
      const ours = watched ? {} : { onForeign, options };
      return [mountOf({ name, source, target: (moved ? movedPathOf : pathOf)(index), onHang, ...ours })];
    }),
  );
}
