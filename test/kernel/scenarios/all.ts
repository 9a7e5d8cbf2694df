import { unmounted } from "./01-unmounted.ts";
import { stacked } from "./02-stacked.ts";
import { wrongSource } from "./03-wrong-source.ts";
import { sourceDeleted } from "./04-source-deleted.ts";
import { order } from "./05-order.ts";
import { readOnly } from "./06-read-only.ts";
import { full } from "./07-full.ts";
import { hung } from "./08-hung.ts";
import { slow } from "./09-slow.ts";
import { errors } from "./10-errors.ts";
import { busy } from "./11-busy.ts";
import { pathAttacks } from "./12-path-attacks.ts";
import { shadowed } from "./13-shadowed.ts";
import { killed } from "./14-killed.ts";
import { crowded } from "./15-crowded.ts";
import { notShared } from "./16-not-shared.ts";
import { sourceNotRight } from "./18-source-not-right.ts";
import { parentReplaced } from "./19-parent-replaced.ts";
import { configuration } from "./20-configuration.ts";
import type { Scenario } from "./scenario.ts";

/** Every scenario that needs no cluster, by its number. */
export const scenarios: readonly Scenario[] = [
  unmounted,
  stacked,
  wrongSource,
  sourceDeleted,
  order,
  readOnly,
  full,
  hung,
  slow,
  errors,
  busy,
  pathAttacks,
  shadowed,
  killed,
  crowded,
  notShared,
  sourceNotRight,
  parentReplaced,
  configuration,
];
